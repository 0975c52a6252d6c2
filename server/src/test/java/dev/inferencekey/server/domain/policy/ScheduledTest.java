package dev.inferencekey.server.domain.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** In Madrid, 02:00 to 03:00 did not exist on 29 March 2026, and came twice on 25 October 2026. */
final class ScheduledTest {
    private static final ZoneId MADRID = ZoneId.of("Europe/Madrid");
    private static final String SPRING_FORWARD = "2026-03-29T01:00:00Z";
    private static final String FALL_BACK = "2026-10-25T01:00:00Z";

    @ParameterizedTest
    @CsvSource({
        // now, open, next opening, next change
        "2026-06-15T06:00:00Z, true,                      , 2026-06-15T18:00:00Z",
        "2026-06-15T05:59:59Z, false, 2026-06-15T06:00:00Z, 2026-06-15T06:00:00Z",
        "2026-06-15T17:59:59Z, true,                      , 2026-06-15T18:00:00Z",
        "2026-06-15T18:00:00Z, false, 2026-06-16T06:00:00Z, 2026-06-16T06:00:00Z",
        "2026-06-19T18:00:00Z, false, 2026-06-22T06:00:00Z, 2026-06-22T06:00:00Z",
        "2026-06-20T10:00:00Z, false, 2026-06-22T06:00:00Z, 2026-06-22T06:00:00Z",
        "2026-01-15T06:59:59Z, false, 2026-01-15T07:00:00Z, 2026-01-15T07:00:00Z",
        "2026-01-15T07:00:00Z, true,                      , 2026-01-15T19:00:00Z"
    })
    void isOpenInTheWindowOfTheContract(Instant now, boolean open, Instant nextOpening, Instant nextChange) {
        assertStands(window("Mon-Fri 08:00-20:00 Europe/Madrid"), now, open, nextOpening, nextChange);
    }

    @ParameterizedTest
    @CsvSource({
        // Friday to Sunday, each time until the next morning
        "2026-06-19T21:59:59Z, false, 2026-06-19T22:00:00Z, 2026-06-19T22:00:00Z",
        "2026-06-19T23:00:00Z, true,                      , 2026-06-20T06:00:00Z",
        "2026-06-22T05:00:00Z, true,                      , 2026-06-22T06:00:00Z",
        "2026-06-22T06:00:00Z, false, 2026-06-26T22:00:00Z, 2026-06-26T22:00:00Z"
    })
    void goesOverMidnight(Instant now, boolean open, Instant nextOpening, Instant nextChange) {
        assertStands(window("Fri-Sun 22:00-06:00"), now, open, nextOpening, nextChange);
    }

    @Test
    void readsDaysAndZonesAsPeopleWriteThem() {
        Instant monday = Instant.parse("2026-06-15T12:00:00Z");
        Instant saturday = Instant.parse("2026-06-20T12:00:00Z");

        assertThat(window("monday,WED 11:00-13:00").isOpen(monday)).isTrue();
        assertThat(window("Fri-Mon 11:00-13:00 UTC").isOpen(monday)).isTrue();
        assertThat(window("Tue-Fri 11:00-13:00").isOpen(monday)).isFalse();
        assertThat(window("11:00-13:00").isOpen(saturday)).isTrue();
        assertThat(window(" sat  9:00 - 11:00  +02:00 ").isOpen(saturday)).isFalse();
        assertThat(window("sat 13:00-15:00 +02:00").isOpen(saturday)).isTrue();
    }

    @Test
    void neverClosesBetweenWholeDaysThatTouch() {
        Scheduled weekdays = window("Mon-Fri 00:00-24:00");

        assertThat(weekdays.nextChange(Instant.parse("2026-06-15T12:00:00Z")))
                .contains(Instant.parse("2026-06-20T00:00:00Z"));
    }

    @Test
    void saysToLookAgainLaterWhileItNeverCloses() {
        Instant now = Instant.parse("2026-06-15T12:00:00Z");
        Scheduled always = window("00:00-24:00");

        Instant again = always.nextChange(now).orElseThrow();

        assertThat(again).isAfter(now.plus(Duration.ofDays(7)));
        assertThat(always.isOpen(again)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-06-15T01:59:59Z, false, 2026-06-15T02:00:00Z, 2026-06-15T02:00:00Z",
        "2026-06-15T02:00:00Z, true,                      , 2026-06-15T03:00:00Z",
        "2026-06-15T02:59:59Z, true,                      , 2026-06-15T03:00:00Z",
        "2026-06-15T03:00:00Z, false, 2026-06-16T02:00:00Z, 2026-06-16T02:00:00Z"
    })
    void opensForAnHourAtEachTimeOfACron(Instant now, boolean open, Instant nextOpening, Instant nextChange) {
        assertStands(cron("0 2 * * *"), now, open, nextOpening, nextChange);
    }

    @Test
    void staysOpenWhileOneOpeningLeadsIntoTheNext() {
        Scheduled policy = scheduled(Map.of("cron", "0,30 8-9 * * *", "duration_minutes", 30));

        assertThat(policy.nextChange(Instant.parse("2026-06-15T08:10:00Z")))
                .contains(Instant.parse("2026-06-15T10:00:00Z"));
    }

    @Test
    void waitsForALeapYear() {
        assertThat(cron("0 12 29 2 *").nextOpening(Instant.parse("2026-06-15T00:00:00Z")))
                .contains(Instant.parse("2028-02-29T12:00:00Z"));
        assertThat(scheduled(Map.of("cron", "0 12 29 2 *", "timezone", "Europe/Madrid"))
                        .nextOpening(Instant.parse("2026-06-15T00:00:00Z")))
                .contains(Instant.parse("2028-02-29T11:00:00Z"));
    }

    @Test
    void doesNotLeaveOutTheDayOnWhichTheHourOfACronDoesNotExist() {
        Scheduled policy = madridCron("30 2 * * *");

        assertThat(policy.nextOpening(Instant.parse("2026-03-28T02:30:00Z"))).contains(Instant.parse(SPRING_FORWARD));
        assertThat(policy.isOpen(Instant.parse("2026-03-29T00:59:59Z"))).isFalse();
        assertThat(policy.isOpen(Instant.parse("2026-03-29T01:00:00Z"))).isTrue();
        assertThat(policy.isOpen(Instant.parse("2026-03-29T01:59:59Z"))).isTrue();
        assertThat(policy.isOpen(Instant.parse("2026-03-29T02:00:00Z"))).isFalse();
        assertThat(policy.nextOpening(Instant.parse("2026-03-29T02:00:00Z")))
                .contains(Instant.parse("2026-03-30T00:30:00Z"));
    }

    @Test
    void opensACronOfNamedTimesOnceInTheHourThatComesTwice() {
        Scheduled policy = scheduled(Map.of("cron", "30 2 * * *", "timezone", "Europe/Madrid"));

        assertThat(policy.nextOpening(Instant.parse("2026-10-24T01:30:00Z")))
                .contains(Instant.parse("2026-10-25T00:30:00Z"));
        assertThat(policy.isOpen(Instant.parse("2026-10-25T01:29:59Z"))).isTrue();
        assertThat(policy.isOpen(Instant.parse("2026-10-25T01:30:00Z"))).isFalse();
        assertThat(policy.isOpen(Instant.parse("2026-10-25T01:59:59Z"))).isFalse();
        assertThat(policy.nextChange(Instant.parse("2026-10-25T00:30:00Z")))
                .contains(Instant.parse("2026-10-25T01:30:00Z"));
        assertThat(policy.nextOpening(Instant.parse("2026-10-25T01:30:00Z")))
                .contains(Instant.parse("2026-10-26T01:30:00Z"));
    }

    @Test
    void anHourFromTwoOnIsOneHourOnTheDayThatHasTwoOfThem() {
        Scheduled policy = scheduled(Map.of("cron", "0 2 * * *", "timezone", "Europe/Madrid"));

        assertThat(policy.isOpen(Instant.parse("2026-10-25T00:59:59Z"))).isTrue();
        assertThat(policy.isOpen(Instant.parse(FALL_BACK))).isFalse();
        assertThat(policy.nextOpening(Instant.parse(FALL_BACK))).contains(Instant.parse("2026-10-26T01:00:00Z"));
    }

    @Test
    void opensACronOfEveryHourTwiceInTheHourThatComesTwice() {
        Scheduled policy = scheduled(Map.of("cron", "30 * * * *", "duration_minutes", 10, "timezone", "Europe/Madrid"));

        assertThat(policy.nextOpening(Instant.parse("2026-10-25T00:00:00Z")))
                .contains(Instant.parse("2026-10-25T00:30:00Z"));
        assertThat(policy.isOpen(Instant.parse("2026-10-25T00:35:00Z"))).isTrue();
        assertThat(policy.nextOpening(Instant.parse("2026-10-25T00:45:00Z")))
                .contains(Instant.parse("2026-10-25T01:30:00Z"));
        assertThat(policy.isOpen(Instant.parse("2026-10-25T01:35:00Z"))).isTrue();
        assertThat(policy.isOpen(Instant.parse("2026-10-25T01:45:00Z"))).isFalse();
    }

    @Test
    void opensAWindowThatBeginsInTheMissingHourWhenThatHourIsSkipped() {
        Scheduled policy = window("02:30-08:00 Europe/Madrid");

        assertThat(policy.nextOpening(Instant.parse("2026-03-29T00:30:00Z"))).contains(Instant.parse(SPRING_FORWARD));
        assertThat(policy.nextChange(Instant.parse(SPRING_FORWARD))).contains(Instant.parse("2026-03-29T06:00:00Z"));
    }

    @Test
    void keepsAWindowThatLiesWhollyInTheMissingHour() {
        Scheduled policy = window("02:15-02:45 Europe/Madrid");

        assertThat(policy.isOpen(Instant.parse("2026-03-29T01:29:59Z"))).isTrue();
        assertThat(policy.isOpen(Instant.parse("2026-03-29T01:30:00Z"))).isFalse();
    }

    @Test
    void keepsAWindowOpenThroughTheHourThatComesTwice() {
        Scheduled policy = window("02:00-03:00 Europe/Madrid");

        assertThat(policy.nextChange(Instant.parse("2026-10-25T00:00:00Z")))
                .contains(Instant.parse("2026-10-25T02:00:00Z"));
        assertThat(policy.isOpen(Instant.parse(FALL_BACK))).isTrue();
    }

    /** Compares with an oracle that asks of every minute whether a start lies in the time before it. */
    @Test
    void agreesWithCountingMinutesOverTheDaysWhenClocksChange() {
        Random random = new Random(5);
        for (int round = 0; round < 25; round++) {
            int minute = random.nextInt(60);
            int hour = random.nextInt(5);
            int duration = 1 + random.nextInt(300);
            boolean everyHour = random.nextInt(4) == 0;
            Scheduled policy = scheduled(Map.of(
                    "cron",
                    minute + " " + (everyHour ? "*" : hour) + " * * *",
                    "duration_minutes",
                    duration,
                    "timezone",
                    "Europe/Madrid"));
            for (String change : List.of(SPRING_FORWARD, FALL_BACK)) {
                Instant begin = Instant.parse(change).minus(Duration.ofHours(5));
                List<Instant> starts = startsAround(Instant.parse(change), minute, everyHour ? null : hour);
                for (int i = 0; i < 10 * 60; i += 7) {
                    Instant now = begin.plus(Duration.ofMinutes(i));
                    boolean expected = starts.stream()
                            .anyMatch(start ->
                                    !start.isAfter(now) && now.isBefore(start.plus(Duration.ofMinutes(duration))));
                    assertThat(policy.isOpen(now))
                            .as("%d %d every hour: %s, %d min, at %s", minute, hour, everyHour, duration, now)
                            .isEqualTo(expected);
                    Optional<Instant> next =
                            starts.stream().filter(start -> start.isAfter(now)).findFirst();
                    assertThat(policy.nextOpening(now)).isEqualTo(expected ? Optional.empty() : next);
                }
            }
        }
    }

    private static List<Instant> startsAround(Instant change, int minute, @Nullable Integer hour) {
        List<Instant> starts = new ArrayList<>();
        Instant first = change.minus(Duration.ofDays(3));
        LocalDateTime before = null;
        for (Instant at = first; at.isBefore(change.plus(Duration.ofDays(3))); at = at.plus(Duration.ofMinutes(1))) {
            ZonedDateTime wall = at.atZone(MADRID);
            LocalDateTime local = wall.toLocalDateTime();
            boolean skipped = false;
            if (before != null) {
                // Wall-clock minutes that this step jumped over start now.
                for (LocalDateTime gap = before.plusMinutes(1); gap.isBefore(local); gap = gap.plusMinutes(1)) {
                    skipped |= matches(gap, minute, hour);
                }
            }
            boolean again = !wall.withEarlierOffsetAtOverlap().toInstant().equals(at);
            if (skipped || (matches(local, minute, hour) && (hour == null || !again))) {
                starts.add(at);
            }
            before = local;
        }
        return starts;
    }

    private static boolean matches(LocalDateTime local, int minute, @Nullable Integer hour) {
        return local.getMinute() == minute && (hour == null || local.getHour() == hour);
    }

    private static void assertStands(
            Scheduled policy, Instant now, boolean open, Instant nextOpening, Instant nextChange) {
        assertThat(policy.isOpen(now)).isEqualTo(open);
        assertThat(policy.desiredReplicas(now, 5)).isEqualTo(open ? 1 : 0);
        assertThat(policy.nextOpening(now)).isEqualTo(Optional.ofNullable(nextOpening));
        assertThat(policy.nextChange(now)).contains(nextChange);
    }

    private static Scheduled window(String window) {
        return scheduled(Map.of("window", window));
    }

    private static Scheduled cron(String cron) {
        return scheduled(Map.of("cron", cron));
    }

    private static Scheduled madridCron(String cron) {
        return scheduled(Map.of("cron", cron, "timezone", "Europe/Madrid"));
    }

    private static Scheduled scheduled(Map<String, Object> config) {
        return (Scheduled) ExecutionPolicy.parse("scheduled", config);
    }
}
