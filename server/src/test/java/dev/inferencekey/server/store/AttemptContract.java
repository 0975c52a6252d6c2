package dev.inferencekey.server.store;

import static dev.inferencekey.server.store.StoreData.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.limit.AttemptLimit;
import dev.inferencekey.server.ports.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** Limits on attempts. */
interface AttemptContract {
    AttemptLimit LIMIT = new AttemptLimit(3, Duration.ofSeconds(10));

    Store store();

    private Optional<Duration> take(String bucket, Instant now) {
        return store().append(s -> s.attempts().take(bucket, LIMIT, now));
    }

    @Test
    default void givesAsManyAttemptsAsTheLimitSaysAndThenOneEachRefill() {
        for (int i = 0; i < 3; i++) {
            assertThat(take("a", NOW)).isEmpty();
        }

        assertThat(take("a", NOW)).contains(Duration.ofSeconds(10));
        assertThat(take("a", NOW.plusSeconds(9))).contains(Duration.ofSeconds(1));
        assertThat(take("b", NOW)).isEmpty();
        assertThat(take("a", NOW.plusSeconds(10))).isEmpty();
        assertThat(take("a", NOW.plusSeconds(10))).contains(Duration.ofSeconds(10));
    }

    @Test
    default void aBucketThatWasLeftAloneIsFullAndNoFuller() {
        take("a", NOW);
        Instant later = NOW.plusSeconds(1_000);

        for (int i = 0; i < 3; i++) {
            assertThat(take("a", later)).isEmpty();
        }
        assertThat(take("a", later)).isPresent();
    }

    @Test
    default void fillsABucket() {
        for (int i = 0; i < 4; i++) {
            take("a", NOW);
        }

        store().<Boolean>append(s -> {
            s.attempts().fill("a");
            return true;
        });

        assertThat(take("a", NOW)).isEmpty();
    }

    @Test
    default void forgetsFullBucketsAndTheFullestOfTheOthers() {
        for (int i = 0; i < 3; i++) {
            take("guessed", NOW);
            take("old", NOW.minusSeconds(100));
        }
        take("junk 1", NOW.plusSeconds(1));
        take("junk 2", NOW);

        store().<Boolean>append(s -> {
            s.attempts().trim(NOW, 2);
            return true;
        });

        assertThat(take("guessed", NOW)).isPresent();
        assertThat(left("junk 1")).isEqualTo(2);
        assertThat(left("junk 2")).isEqualTo(3);
        assertThat(left("old")).isEqualTo(3);
    }

    /** How many attempts are left. */
    private int left(String bucket) {
        int left = 0;
        while (take(bucket, NOW.plusSeconds(1)).isEmpty()) {
            left++;
        }
        return left;
    }

    @Test
    default void givesNoAttemptTwice() throws Exception {
        AttemptLimit twenty = new AttemptLimit(20, Duration.ofSeconds(10));
        Callable<Boolean> one =
                () -> store().<Optional<Duration>>append(s -> s.attempts().take("a", twenty, NOW))
                        .isEmpty();
        try (ExecutorService guessers = Executors.newFixedThreadPool(8)) {
            List<Future<Boolean>> taken = guessers.invokeAll(Collections.nCopies(60, one));

            assertThat(taken).filteredOn(Future::resultNow).hasSize(20);
        }
    }
}
