package dev.inferencekey.bench.load;

import java.time.Duration;

/** Waiting while something else goes on. */
public final class Pauses {
    private Pauses() {}

    public static void of(Duration duration) {
        try {
            Thread.sleep(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
