package dev.inferencekey.server.background.node;

import java.util.concurrent.TimeUnit;

/** Wakes whoever waits for something to happen elsewhere. Whoever looks at how often it has rung before looking at the thing misses nothing. Thread-safe. */
final class Bell {
    /** Guarded by this. */
    private long rings;

    synchronized void ring() {
        rings++;
        notifyAll();
    }

    synchronized long rings() {
        return rings;
    }

    /** Waits until it has rung more often than that, or the time is over. */
    synchronized void await(long heard, long nanos) throws InterruptedException {
        if (rings == heard) {
            TimeUnit.NANOSECONDS.timedWait(this, nanos);
        }
    }
}
