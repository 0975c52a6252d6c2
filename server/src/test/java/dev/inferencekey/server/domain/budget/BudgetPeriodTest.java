package dev.inferencekey.server.domain.budget;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.InvalidFieldException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class BudgetPeriodTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static Instant at(String text) {
        return Instant.parse(text);
    }

    private static Duration length(BudgetPeriod period, Instant time, ZoneId zone) {
        return Duration.between(period.start(time, zone), Objects.requireNonNull(period.end(time, zone)));
    }

    @Test
    void aMonthBeginsAtMidnightOfItsZone() {
        Instant time = at("2026-06-30T22:30:00Z"); // The first of July in Berlin.
        assertThat(BudgetPeriod.MONTH.start(time, BERLIN)).isEqualTo(at("2026-06-30T22:00:00Z"));
        assertThat(BudgetPeriod.MONTH.end(time, BERLIN)).isEqualTo(at("2026-07-31T22:00:00Z"));
        assertThat(BudgetPeriod.MONTH.start(time, ZoneOffset.UTC)).isEqualTo(at("2026-06-01T00:00:00Z"));
    }

    @Test
    void aWeekBeginsOnMonday() {
        assertThat(BudgetPeriod.WEEK.start(at("2026-11-29T12:00:00Z"), ZoneOffset.UTC))
                .isEqualTo(at("2026-11-23T00:00:00Z"));
        assertThat(BudgetPeriod.WEEK.end(at("2026-11-29T12:00:00Z"), ZoneOffset.UTC))
                .isEqualTo(at("2026-11-30T00:00:00Z"));
    }

    @Test
    void aDayInWhichTheClocksChangeHas23Or25Hours() {
        assertThat(length(BudgetPeriod.DAY, at("2026-03-29T12:00:00Z"), BERLIN)).hasHours(23);
        assertThat(length(BudgetPeriod.DAY, at("2026-10-25T12:00:00Z"), BERLIN)).hasHours(25);
        assertThat(length(BudgetPeriod.DAY, at("2026-10-26T12:00:00Z"), BERLIN)).hasHours(24);
    }

    @Test
    void aDayWithoutMidnightBeginsWithItsFirstMoment() {
        ZoneId cairo = ZoneId.of("Africa/Cairo"); // Midnight became one o'clock on 2024-04-26.
        assertThat(BudgetPeriod.DAY.start(at("2024-04-26T10:00:00Z"), cairo)).isEqualTo(at("2024-04-25T22:00:00Z"));
        assertThat(length(BudgetPeriod.DAY, at("2024-04-26T10:00:00Z"), cairo)).hasHours(23);
    }

    @Test
    void anHourThatTheClocksGoThroughTwiceIsTwo() {
        Instant first = at("2026-10-25T00:30:00Z"); // 02:30 in summer time.
        Instant second = at("2026-10-25T01:30:00Z"); // 02:30 once more.
        assertThat(BudgetPeriod.HOUR.start(first, BERLIN)).isEqualTo(at("2026-10-25T00:00:00Z"));
        assertThat(BudgetPeriod.HOUR.start(second, BERLIN)).isEqualTo(at("2026-10-25T01:00:00Z"));
        assertThat(length(BudgetPeriod.HOUR, second, BERLIN)).hasHours(1);
    }

    @Test
    void anHourBeginsOnTheFullHourOfItsZone() {
        ZoneId kolkata = ZoneId.of("Asia/Kolkata"); // Half an hour off.
        assertThat(BudgetPeriod.HOUR.start(at("2026-06-01T10:15:00Z"), kolkata)).isEqualTo(at("2026-06-01T09:30:00Z"));
    }

    @Test
    void aTotalNeverBeginsAgain() {
        assertThat(BudgetPeriod.TOTAL.start(at("2026-06-01T10:15:00Z"), BERLIN)).isEqualTo(Instant.EPOCH);
        assertThat(BudgetPeriod.TOTAL.end(at("2026-06-01T10:15:00Z"), BERLIN)).isNull();
    }

    @Test
    void eachTimeIsInTheOnePeriodThatEndsWhereTheNextBegins() {
        Random random = new Random(7);
        ZoneId[] zones =
                ZoneId.getAvailableZoneIds().stream().sorted().map(ZoneId::of).toArray(ZoneId[]::new);
        for (int i = 0; i < 20_000; i++) {
            ZoneId zone = zones[random.nextInt(zones.length)];
            Instant time = Instant.ofEpochSecond(random.nextLong(1_577_836_800L, 1_893_456_000L)); // The 2020s.
            for (BudgetPeriod period : BudgetPeriod.values()) {
                Instant start = period.start(time, zone);
                Instant end = period.end(time, zone);
                assertThat(start).isBeforeOrEqualTo(time);
                if (end != null) {
                    assertThat(end).isAfter(time);
                    assertThat(period.start(end, zone))
                            .as(period + " " + zone + " " + time)
                            .isEqualTo(end);
                    assertThat(period.start(end.minusMillis(1), zone)).isEqualTo(start);
                }
            }
        }
    }

    @Test
    void settingsAreReadOrRefusedWithASentence() {
        assertThat(BudgetSettings.parseUsd("usd", "25")).isEqualTo(25_000_000_000L);
        assertThat(BudgetSettings.parseUsd("usd", " 0.000000001 ")).isEqualTo(1);
        for (String wrong : new String[] {"", "0", "0.00", "-1", "1e3", "0.0000000001", "1000000001", "$5"}) {
            assertThatThrownBy(() -> BudgetSettings.parseUsd("usd", wrong))
                    .isInstanceOf(InvalidFieldException.class)
                    .hasMessageStartingWith("usd must ");
        }
        assertThat(BudgetSettings.parseZone("zone", "Europe/Berlin")).isEqualTo(BERLIN);
        assertThat(BudgetSettings.parseZone("zone", "Z")).isEqualTo(ZoneOffset.UTC);
        assertThat(BudgetSettings.parseZone("zone", "UTC")).isEqualTo(ZoneOffset.UTC);
        assertThat(BudgetSettings.NONE.zoneName()).isEqualTo("UTC");
        assertThatThrownBy(() -> BudgetSettings.parseZone("zone", "Berlin"))
                .hasMessage("zone must be the name of a time zone, such as UTC or Europe/Berlin");
        assertThatThrownBy(() -> BudgetPeriod.parse("period", "year"))
                .hasMessage("period must be one of hour, day, week, month, total");
    }
}
