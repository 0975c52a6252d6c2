package dev.inferencekey.server.domain.limit;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SlidingWindowTest {
    private static final long MINUTE = SECONDS.toNanos(60);

    /** What was let through, and when. */
    private record Admitted(long at, long amount) {}

    private static void requireNeverMoreThan(long limit, List<Admitted> admitted) {
        long sum = 0;
        int first = 0;
        for (Admitted last : admitted) {
            sum += last.amount;
            while (last.at - admitted.get(first).at >= MINUTE) {
                sum -= admitted.get(first++).amount;
            }
            assertThat(sum).as("in the minute up to %d", last.at).isLessThanOrEqualTo(limit);
        }
    }

    @Test
    void inAnyMinuteNoMoreThanTheLimitIsLetThrough() {
        Random random = new Random(20260615);
        for (int round = 0; round < 60; round++) {
            long origin = random.nextLong();
            int limit = 1 + random.nextInt(1 << random.nextInt(1, 12));
            int most = 1 + random.nextInt(limit);
            SlidingWindow window = new SlidingWindow(origin);
            List<Admitted> admitted = new ArrayList<>();
            long passed = 0;
            for (int i = 0; i < 5_000; i++) {
                passed += switch (random.nextInt(8)) {
                    case 0 -> random.nextLong(2 * MINUTE);
                    case 1, 2 -> random.nextLong(SECONDS.toNanos(2));
                    case 3 -> SlidingWindow.BUCKET_NANOS;
                    default -> random.nextLong(1 + MINUTE / limit / 4);
                };
                long amount = 1L + random.nextInt(most);
                if (window.count(origin + passed) + amount <= limit) {
                    window.add(origin + passed, amount);
                    admitted.add(new Admitted(passed, amount));
                }
            }
            assertThat(admitted).isNotEmpty();
            requireNeverMoreThan(limit, admitted);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 60, 100, 999, 20_000})
    void aSteadyStreamALittleBelowTheLimitIsNeverHeldBack(int limit) {
        double gap = MINUTE / (0.98 * limit);
        SlidingWindow window = new SlidingWindow(0);
        for (int i = 0; i < 5 * limit + 5; i++) {
            long now = (long) (i * gap);
            assertThat(window.count(now)).as("request %d", i).isLessThan(limit);
            window.add(now, 1);
        }
    }

    @Test
    void tellsTheMomentFromWhichOnItFits() {
        Random random = new Random(7);
        for (int round = 0; round < 300; round++) {
            SlidingWindow window = new SlidingWindow(0);
            long now = 0;
            long added = 0;
            for (int i = 0; i < 1 + random.nextInt(40); i++) {
                now += random.nextLong(SECONDS.toNanos(3));
                long amount = 1L + random.nextInt(9);
                window.add(now, amount);
                added += amount;
            }
            long most = random.nextLong(added + 2);
            long wait = window.nanosUntil(now, most);
            if (window.count(now) <= most) {
                assertThat(wait).isZero();
            } else {
                assertThat(window.count(now + wait - 1)).isGreaterThan(most);
                assertThat(window.count(now + wait)).isLessThanOrEqualTo(most);
            }
            assertThat(wait).isLessThanOrEqualTo(MINUTE);
        }
    }

    @Test
    void tellsWhenNothingWillBeCountedAnyMoreAlsoIfTheLastOfItWasGivenBack() {
        SlidingWindow window = new SlidingWindow(0);
        assertThat(window.nanosUntilEmpty(0)).isZero();
        window.add(0, 3);
        long where = window.add(SECONDS.toNanos(40), 2);
        long now = SECONDS.toNanos(50);
        assertThat(window.nanosUntilEmpty(now)).isEqualTo(window.nanosUntil(now, 0));
        window.correct(now, where, -2);
        assertThat(window.nanosUntilEmpty(now))
                .isEqualTo(window.nanosUntil(now, 0))
                .isEqualTo(SECONDS.toNanos(10));
        assertThat(window.nanosUntilEmpty(SECONDS.toNanos(200))).isZero();
    }

    @Test
    void aCorrectionCountsWhereTheAmountWasAdded() {
        SlidingWindow window = new SlidingWindow(0);
        long where = window.add(0, 10);
        window.add(SECONDS.toNanos(30), 5);
        window.correct(SECONDS.toNanos(31), where, -4);
        assertThat(window.count(SECONDS.toNanos(31))).isEqualTo(11);
        assertThat(window.count(SECONDS.toNanos(61))).isEqualTo(5);
        assertThat(window.count(SECONDS.toNanos(91))).isZero();
    }

    @Test
    void aCorrectionOfWhatCountsNoMoreHasNoEffect() {
        SlidingWindow window = new SlidingWindow(0);
        long where = window.add(0, 10);
        window.add(SECONDS.toNanos(70), 5);
        window.correct(SECONDS.toNanos(70), where, -10);
        assertThat(window.count(SECONDS.toNanos(70))).isEqualTo(5);
        window.correct(SECONDS.toNanos(1_000), where, 10);
        assertThat(window.count(SECONDS.toNanos(1_000))).isZero();
    }

    @Test
    void aTimeBeforeTheLatestCountsAsTheLatest() {
        SlidingWindow window = new SlidingWindow(0);
        window.add(SECONDS.toNanos(100), 1);
        window.add(SECONDS.toNanos(10), 1);
        assertThat(window.count(SECONDS.toNanos(159))).isEqualTo(2);
        assertThat(window.count(SECONDS.toNanos(161))).isZero();
    }
}
