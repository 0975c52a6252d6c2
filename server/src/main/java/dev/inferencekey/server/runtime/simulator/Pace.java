package dev.inferencekey.server.runtime.simulator;

import java.time.Duration;

/** Lets simulated work take time. Thread-safe. */
interface Pace {
    /** A reading of a clock that only goes forward, nanoseconds. */
    long nanoTime();

    /** Returns once {@link #nanoTime} has come to {@code nanoTime}. */
    void until(long nanoTime) throws InterruptedException;

    /** Takes real time. */
    static Pace real() {
        return new Pace() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public void until(long nanoTime) throws InterruptedException {
                long left = nanoTime - System.nanoTime();
                if (left > 0) {
                    Thread.sleep(Duration.ofNanos(left));
                } else if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
            }
        };
    }
}
