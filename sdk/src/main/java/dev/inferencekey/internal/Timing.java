package dev.inferencekey.internal;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;

/** Time as the client sees it: reading it, waiting for it, and being woken by it. Thread-safe. */
public interface Timing extends InstantSource {
    /** Monotonic time in nanoseconds from an arbitrary origin. */
    long nanoTime();

    /** A number from 0 up to, but not including, 1, evenly distributed: for spreading what would otherwise happen at the same time. */
    double random();

    /** Completes after {@code delay}; cancelling it forgets the wait. For pauses between attempts. */
    CompletableFuture<Void> pause(Duration delay);

    /** Runs {@code action} after {@code delay} on a thread that must not be blocked. For time limits. */
    Alarm alarm(Duration delay, Runnable action);

    /** Stops all pauses and alarms. */
    void close();

    /** An alarm that was set. */
    interface Alarm {
        /** Turns it off; nothing happens if it already rang. */
        void cancel();
    }
}
