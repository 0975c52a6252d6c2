package dev.inferencekey.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private static final Duration LONG = Duration.ofDays(1);

    private final Random dice = new Random(42);

    @Test
    void isNeverShorterThanTheStepAndAtMostAFifthLonger() {
        for (int i = 0; i < 10_000; i++) {
            int failures = 1 + dice.nextInt(50);
            Duration step = Duration.ofSeconds(failures < 4 ? 1L << (failures - 1) : 5);

            Duration pause = pause(failures, Optional.empty(), LONG);

            assertThat(pause).isBetween(step, step.multipliedBy(6).dividedBy(5));
        }
    }

    @Test
    void waitsAtLeastAsLongAsTheServerAsks() {
        for (int i = 0; i < 10_000; i++) {
            Duration asked = Duration.ofMillis(dice.nextInt(100_000));

            Duration pause = pause(1 + dice.nextInt(10), Optional.of(asked), LONG);

            assertThat(pause).isBetween(asked, asked.plusSeconds(1));
        }
    }

    @Test
    void givesUpTheRandomPartAndThenThePauseWhenTimeIsShort() {
        for (int i = 0; i < 10_000; i++) {
            Duration left = Duration.ofMillis(dice.nextInt(6_000));
            Optional<Duration> pause = Backoff.STANDARD.pause(3, Optional.empty(), left, dice.nextDouble());
            if (left.toMillis() < 4_000) {
                assertThat(pause).isEmpty();
            } else {
                assertThat(pause).hasValueSatisfying(value -> assertThat(value).isBetween(Duration.ofSeconds(4), left));
            }
        }
    }

    @Test
    void spreadsThousandsOfClientsThatFailedTogether() {
        for (Optional<Duration> asked : Arrays.asList(Optional.<Duration>empty(), Optional.of(Duration.ofSeconds(7)))) {
            int[] perTenMillis = new int[20];
            long first = asked.orElse(Duration.ofSeconds(1)).toMillis();
            for (int client = 0; client < 10_000; client++) {
                perTenMillis[(int) ((pause(1, asked, LONG).toMillis() - first) / 10)]++;
            }
            // Evenly it would be 500 in each hundredth of a second.
            assertThat(Arrays.stream(perTenMillis).max().orElseThrow()).isLessThan(600);
            assertThat(Arrays.stream(perTenMillis).min().orElseThrow()).isGreaterThan(400);
        }
    }

    @Test
    void growsToTheLongestStepWithoutOverflow() {
        Backoff backoff = new Backoff(Duration.ofNanos(1), Duration.ofDays(36500), 0);
        Duration before = Duration.ZERO;
        for (int failures = 1; failures < 200; failures++) {
            Duration step = backoff.step(failures);
            assertThat(step).isGreaterThanOrEqualTo(before).isPositive();
            before = step;
        }
        assertThat(before).isEqualTo(Duration.ofDays(36500));
    }

    private Duration pause(int failures, Optional<Duration> asked, Duration left) {
        return Backoff.STANDARD.pause(failures, asked, left, dice.nextDouble()).orElseThrow();
    }
}
