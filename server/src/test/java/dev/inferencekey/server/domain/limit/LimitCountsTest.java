package dev.inferencekey.server.domain.limit;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

final class LimitCountsTest {
    private static final long MINUTE = SECONDS.toNanos(60);

    private static Limits tokens(int limit) {
        return new Limits(null, limit, null);
    }

    private static Shortage shortage(LimitCounts counts, long now, long cost) {
        return Objects.requireNonNull(counts.shortage(now, cost));
    }

    /** One admitted request of the simulation. */
    private static final class Running {
        final LimitShare share;
        final long at;
        final long reserved;
        final long truth;
        final long endsAt;

        Running(LimitShare share, long at, long reserved, long truth, long endsAt) {
            this.share = share;
            this.at = at;
            this.reserved = reserved;
            this.truth = truth;
            this.endsAt = endsAt;
        }

        /** What counts in the minute of its admission: the truth, but for what was not foreseen. */
        long foreseen() {
            return Math.min(reserved, truth);
        }
    }

    @Test
    void inAnyMinuteNoMoreTokensAreForeseenThanTheLimitHoweverRequestsEnd() {
        Random random = new Random(42);
        for (int round = 0; round < 40; round++) {
            int limit = 100 + random.nextInt(10_000);
            LimitCounts counts = new LimitCounts(tokens(limit));
            List<Running> running = new ArrayList<>();
            List<Running> admitted = new ArrayList<>();
            long now = 0;
            for (int i = 0; i < 3_000; i++) {
                now += random.nextLong(random.nextInt(10) == 0 ? MINUTE : SECONDS.toNanos(1));
                for (int r = running.size() - 1; r >= 0; r--) {
                    Running one = running.get(r);
                    if (one.endsAt <= now) {
                        one.share.settle(now, one.truth);
                        running.remove(r);
                    }
                }
                long cost = 1 + random.nextLong(limit / 3);
                if (counts.shortage(now, cost) == null) {
                    long truth = switch (random.nextInt(4)) {
                        case 0 -> 0;
                        case 1 -> cost + random.nextInt(limit);
                        default -> random.nextLong(cost + 1);
                    };
                    Running one =
                            new Running(counts.take(now, cost), now, cost, truth, now + random.nextLong(2 * MINUTE));
                    running.add(one);
                    admitted.add(one);
                }
            }
            assertThat(admitted).hasSizeGreaterThan(5);
            for (int last = 0; last < admitted.size(); last++) {
                long sum = 0;
                for (int i = last; i >= 0 && admitted.get(last).at - admitted.get(i).at <= MINUTE; i--) {
                    sum += admitted.get(i).foreseen();
                }
                assertThat(sum).isLessThanOrEqualTo(limit);
            }
        }
    }

    @Test
    void whatWasReservedAndNotUsedIsThereAtOnce() {
        LimitCounts counts = new LimitCounts(tokens(100));
        LimitShare share = counts.take(0, 90);
        assertThat(counts.shortage(1, 20)).isNotNull();
        share.settle(1, 30);
        assertThat(counts.shortage(1, 70)).isNull();
        assertThat(counts.shortage(1, 71)).isNotNull();
    }

    @Test
    void moreThanWasReservedCountsFromWhenItIsKnownEvenIfTheReservationIsLongGone() {
        LimitCounts counts = new LimitCounts(tokens(100));
        LimitShare share = counts.take(0, 10);
        long end = 2 * MINUTE;
        share.settle(end, 250);
        Shortage shortage = shortage(counts, end, 1);
        assertThat(shortage.left()).isZero();
        assertThat(shortage.waitNanos()).isBetween(MINUTE, MINUTE + SlidingWindow.BUCKET_NANOS);
        assertThat(counts.shortage(end + shortage.waitNanos(), 1)).isNull();
    }

    @Test
    void aRequestThatIsExpectedToNeedMoreThanTheWholeLimitIsAdmittedWhenNothingElseWasUsed() {
        LimitCounts counts = new LimitCounts(tokens(100));
        assertThat(counts.shortage(0, 5_000)).isNull();
        counts.take(0, 5_000);
        assertThat(shortage(counts, 1, 1).left()).isZero();
        assertThat(counts.shortage(2 * MINUTE, 1)).isNull();
        counts.take(2 * MINUTE, 1);
        assertThat(counts.shortage(2 * MINUTE, 5_000)).isNotNull();
        assertThat(counts.shortage(4 * MINUTE, 5_000)).isNull();
    }

    @Test
    void nothingFitsWhereNothingIsLeftNotEvenWhatCostsNothing() {
        LimitCounts counts = new LimitCounts(tokens(10));
        counts.take(0, 10);
        assertThat(counts.shortage(0, 0)).isNotNull();
    }

    @Test
    void namesTheLimitThatTakesLongestToPass() {
        LimitCounts counts = new LimitCounts(new Limits(1, 100, 1));
        LimitShare share = counts.take(0, 10);
        assertThat(shortage(counts, 1, 1).kind()).isEqualTo(Shortage.Kind.REQUESTS);
        share.settle(SECONDS.toNanos(30), 100);
        assertThat(shortage(counts, SECONDS.toNanos(30), 50).kind()).isEqualTo(Shortage.Kind.TOKENS);
        assertThat(shortage(counts, 3 * MINUTE, 1))
                .isEqualTo(new Shortage(Shortage.Kind.CONCURRENT_REQUESTS, 1, 0, 0, false));
        share.leave();
        assertThat(counts.shortage(3 * MINUTE, 1)).isNull();
    }

    @Test
    void aLimitThatIsMadeSmallerOrLargerKeepsWhatWasCounted() {
        LimitCounts counts = new LimitCounts(new Limits(5, null, null));
        counts.take(0, 0);
        counts.take(0, 0);
        counts.change(new Limits(2, null, null));
        assertThat(counts.shortage(1, 0)).isNotNull();
        counts.change(new Limits(3, null, null));
        assertThat(counts.shortage(1, 0)).isNull();
    }

    @Test
    void aLimitThatIsLiftedAndSetAgainKeepsWhatWasCounted() {
        LimitCounts counts = new LimitCounts(new Limits(null, 100, 1));
        LimitShare before = counts.take(0, 100);
        counts.change(new Limits(null, null, 1));
        counts.change(new Limits(null, 100, 1));
        assertThat(standing(counts.tokens(1)).left()).isZero();
        before.settle(1, 0);
        before.leave();
        assertThat(standing(counts.tokens(1)).left()).isEqualTo(100);
        assertThat(counts.shortage(1, 100)).isNull();
    }

    @Test
    void tellsWhatIsLeftAndWhenAllOfItIsThereAgain() {
        LimitCounts counts = new LimitCounts(new Limits(10, null, null));
        assertThat(counts.tokens(0)).isNull();
        assertThat(standing(counts.requests(0))).isEqualTo(new Standing(10, 10, 0));
        counts.take(0, 0);
        LimitShare last = counts.take(SECONDS.toNanos(10), 0);
        Standing standing = standing(counts.requests(SECONDS.toNanos(20)));
        assertThat(standing.left()).isEqualTo(8);
        assertThat(standing.resetNanos()).isBetween(SECONDS.toNanos(50), SECONDS.toNanos(51));
        last.giveBackRequest(SECONDS.toNanos(20));
        assertThat(standing(counts.requests(SECONDS.toNanos(20))).left()).isEqualTo(9);
        assertThat(standing(counts.requests(SECONDS.toNanos(61))).left()).isEqualTo(10);
    }

    @Test
    void aModelServersFantasyDoesNotOverflowTheCount() {
        LimitCounts counts = new LimitCounts(tokens(100));
        for (int i = 0; i < 100; i++) {
            counts.take(0, 1).settle(0, Long.MAX_VALUE);
        }
        assertThat(counts.shortage(0, 1)).isNotNull();
        assertThat(counts.shortage(2 * MINUTE, 1)).isNull();
    }

    @Test
    void limitsAreAtLeastOneAndNotBeyondMeaning() {
        assertThat(new Limits(1, 1, 1).unlimited()).isFalse();
        assertThat(Limits.NONE.unlimited()).isTrue();
        assertThat(new Limits(Limits.MOST_REQUESTS, Limits.MOST_TOKENS, Limits.MOST_CONCURRENT).unlimited())
                .isFalse();
        assertThatIllegalArgumentException().isThrownBy(() -> new Limits(0, null, null));
        assertThatIllegalArgumentException().isThrownBy(() -> new Limits(null, -1, null));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Limits(null, null, Limits.MOST_CONCURRENT + 1))
                .withMessageContaining("concurrent requests");
    }

    private static Standing standing(@Nullable Standing standing) {
        return Objects.requireNonNull(standing);
    }
}
