package dev.inferencekey.server.domain.usage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.usage.UsagePlan.Kept;
import dev.inferencekey.server.domain.usage.UsagePlan.Piece;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UsagePlanTest {
    private static final Instant NOW = Instant.parse("2026-06-15T09:12:44.5Z");
    private static final Kept LIVE = new Kept(Instant.parse("2026-06-15T09:05:00Z"), Instant.EPOCH);

    @Test
    void readsDaysWhereItCanAndShorterTimesAtTheEdges() {
        UsagePlan plan = UsagePlan.ofBuckets(NOW.minus(Duration.ofDays(30)), NOW, LIVE);

        assertThat(plan.width()).isEqualTo(Duration.ofDays(1));
        assertThat(plan.pieces())
                .containsExactly(
                        piece(null, "2026-05-16T09:12:44.5Z", "2026-05-16T09:15:00Z"),
                        piece(SumSpan.FIVE_MINUTES, "2026-05-16T09:15:00Z", "2026-05-16T10:00:00Z"),
                        piece(SumSpan.HOUR, "2026-05-16T10:00:00Z", "2026-05-17T00:00:00Z"),
                        piece(SumSpan.DAY, "2026-05-17T00:00:00Z", "2026-06-15T00:00:00Z"),
                        piece(SumSpan.HOUR, "2026-06-15T00:00:00Z", "2026-06-15T09:00:00Z"),
                        piece(SumSpan.FIVE_MINUTES, "2026-06-15T09:00:00Z", "2026-06-15T09:05:00Z"),
                        piece(null, "2026-06-15T09:05:00Z", "2026-06-15T09:12:44.5Z"));
    }

    @Test
    void readsRecordsWhereNothingIsRolledUp() {
        Kept nothing = new Kept(Instant.EPOCH, Instant.EPOCH);

        assertThat(UsagePlan.ofWhole(NOW.minusSeconds(9), NOW, nothing).pieces())
                .containsExactly(new Piece(null, NOW.minusSeconds(9), NOW));
    }

    @Test
    void goesByFullHoursWhereRecordsAreForgotten() {
        Instant forgotten = Instant.parse("2026-06-01T00:20:00Z");
        Kept kept = new Kept(LIVE.rolledUntil(), forgotten);

        UsagePlan plan =
                UsagePlan.ofBuckets(Instant.parse("2026-05-31T22:50:00Z"), Instant.parse("2026-05-31T23:10:00Z"), kept);

        assertThat(plan.width()).isEqualTo(Duration.ofHours(1));
        assertThat(plan.pieces()).containsExactly(piece(SumSpan.HOUR, "2026-05-31T22:00:00Z", "2026-06-01T00:00:00Z"));
        assertThat(plan.starts())
                .containsExactly(Instant.parse("2026-05-31T22:00:00Z"), Instant.parse("2026-05-31T23:00:00Z"));
    }

    @ParameterizedTest
    @CsvSource({
        "PT1S,PT1M",
        "PT1H,PT1M",
        "PT3H,PT5M",
        "PT24H,PT15M",
        "PT49H,PT1H",
        "P7D,PT1H",
        "P14D,PT3H",
        "P30D,P1D",
        "P90D,P1D",
        "P400D,P7D",
        "P5000D,P30D"
    })
    void choosesAWidthThatFitsTheRange(Duration range, Duration width) {
        UsagePlan plan = UsagePlan.ofBuckets(NOW.minus(range), NOW, LIVE);

        assertThat(plan.width()).isEqualTo(width);
        assertThat(plan.starts()).hasSizeBetween(1, UsagePlan.MOST_BUCKETS + 1);
    }

    @Test
    void coversEveryTimeOnceWithoutGapsAndReadsOnlyWhatIsThere() {
        Random random = new Random(7);
        for (int round = 0; round < 5_000; round++) {
            Instant from = Instant.ofEpochSecond(random.nextInt(40_000_000), random.nextInt(1_000_000_000));
            Instant to = from.plusNanos(
                    1 + random.nextLong(Duration.ofDays(1L << random.nextInt(9)).toNanos()));
            Instant rolled = SumSpan.FIVE_MINUTES.floor(Instant.ofEpochSecond(random.nextInt(45_000_000)));
            Instant records =
                    SumSpan.FIVE_MINUTES.floor(Instant.ofEpochSecond(random.nextLong(rolled.getEpochSecond() + 1)));
            Kept kept = new Kept(rolled, records);
            for (UsagePlan plan : List.of(
                    UsagePlan.ofBuckets(from, to, kept),
                    UsagePlan.ofWhole(from, to, kept),
                    UsagePlan.ofHours(from, to, kept))) {
                assertThat(plan.from()).isBeforeOrEqualTo(from);
                assertThat(plan.to()).isAfterOrEqualTo(to);
                Instant at = plan.from();
                for (Piece piece : plan.pieces()) {
                    assertThat(piece.from()).isEqualTo(at).isBefore(piece.to());
                    assertReadable(piece, kept);
                    at = piece.to();
                }
                assertThat(at).isEqualTo(plan.to());
                assertThat(plan.starts()).hasSizeLessThanOrEqualTo(24 * 300);
            }
        }
    }

    private static void assertReadable(Piece piece, Kept kept) {
        SumSpan span = piece.span();
        if (span == null) {
            assertThat(piece.from()).isAfterOrEqualTo(kept.recordsFrom());
            return;
        }
        assertThat(span.floor(piece.from())).isEqualTo(piece.from());
        assertThat(span.floor(piece.to())).isEqualTo(piece.to());
        assertThat(piece.to()).isBeforeOrEqualTo(kept.rolledUntil());
        if (span == SumSpan.FIVE_MINUTES) {
            assertThat(piece.from()).isAfterOrEqualTo(SumSpan.HOUR.floor(kept.recordsFrom()));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2026-06-15T00:00:00Z,2026-06-15T00:00:00Z,from",
        "1969-12-31T23:59:59Z,1970-01-02T00:00:00Z,from",
        "2000-01-01T00:00:00Z,2026-01-01T00:00:00Z,from",
        "9998-12-31T00:00:00Z,+10000-01-01T00:00:00Z,to"
    })
    void refusesATimeThatIsNone(Instant from, Instant to, String field) {
        assertThatThrownBy(() -> new UsageQuery(from, to, UsageFilter.ALL, null, 1))
                .isInstanceOfSatisfying(
                        InvalidFieldException.class, e -> assertThat(e.field()).isEqualTo(field));
    }

    @ParameterizedTest
    @CsvSource({"404,404,404", "4xx,400,499", "failed,400,1999"})
    void readsRangesOfStatuses(String text, int low, int high) {
        assertThat(StatusRange.parse("status", text)).isEqualTo(new StatusRange(low, high));
    }

    @ParameterizedTest
    @CsvSource({"0xx", "40", "4XX", "-404", "all", "'4xx '"})
    void refusesWhatIsNoStatus(String text) {
        assertThatThrownBy(() -> StatusRange.parse("status", text)).isInstanceOf(InvalidFieldException.class);
    }

    private static Piece piece(@org.jspecify.annotations.Nullable SumSpan span, String from, String to) {
        return new Piece(span, Instant.parse(from), Instant.parse(to));
    }
}
