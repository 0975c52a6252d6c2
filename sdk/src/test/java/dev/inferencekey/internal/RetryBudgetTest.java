package dev.inferencekey.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RetryBudgetTest {
    /** However successes and failures follow each other, retries are paid for: by the first bucket, or by successes. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void boundsTheRetries(long seed) {
        Random dice = new Random(seed);
        int capacity = dice.nextInt(50);
        RetryBudget budget = new RetryBudget(capacity);
        int taken = 0;
        int atOnce = 0;
        int afterRetries = 0;
        for (int i = 0; i < 20_000; i++) {
            double healthy = i / 2_000 % 2 == 0 ? 0.9 : 0.02;
            if (dice.nextDouble() < healthy) {
                boolean retried = taken > afterRetries && dice.nextBoolean();
                budget.succeeded(retried ? 2 : 1);
                if (retried) {
                    afterRetries++;
                } else {
                    atOnce++;
                }
            } else if (budget.take()) {
                taken++;
            }
            assertThat(taken).isLessThanOrEqualTo(capacity + afterRetries + atOnce / 10);
        }
        assertThat(taken).isGreaterThan(capacity);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 7})
    void holdsNoMoreThanItWasMadeFor(int capacity) {
        RetryBudget budget = new RetryBudget(capacity);
        for (int i = 0; i < 1_000; i++) {
            budget.succeeded(2);
        }
        int taken = 0;
        while (budget.take()) {
            taken++;
        }
        assertThat(taken).isEqualTo(capacity);
    }
}
