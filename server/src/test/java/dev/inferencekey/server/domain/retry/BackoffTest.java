package dev.inferencekey.server.domain.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    private final Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10), 0.2);

    @Test
    void waitsTwiceAsLongAfterEachFailureUpToTheLongest() {
        assertThat(IntStream.of(1, 2, 3, 4, 5, 6, 1_000_000).mapToObj(backoff::after))
                .extracting(Duration::toSeconds)
                .containsExactly(1L, 2L, 4L, 8L, 10L, 10L, 10L);
    }

    @Test
    void spreadsWaitsByAtMostItsShareToBothSides() {
        SplittableRandom random = new SplittableRandom(7);

        assertThat(IntStream.range(0, 1_000).mapToObj(_ -> backoff.after(1, random)))
                .allMatch(wait -> wait.toMillis() >= 800 && wait.toMillis() <= 1_200)
                .anyMatch(wait -> wait.toMillis() < 850)
                .anyMatch(wait -> wait.toMillis() > 1_150);
    }

    @Test
    void refusesWhatIsNoWait() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Backoff(Duration.ZERO, Duration.ofSeconds(1), 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Backoff(Duration.ofSeconds(2), Duration.ofSeconds(1), 0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(1), 1));
    }
}
