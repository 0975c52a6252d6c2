package dev.inferencekey.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A blocking call as seen by those who may end it from outside: the clock and the closing client. They end it by ending whatever it waits for.
 * Thread-safe.
 *
 * <p>Invariant, under the lock: once there is a reason, nothing is held, and nothing is held again. So what the call has released, a
 * connection for the next call for instance, is never ended on its behalf.
 */
final class Flight {
    /** Ends a wait; quick, and never throws. */
    interface Wait {
        void end();
    }

    private final long deadline;
    private final Duration limit;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable Wait held;
    private @Nullable IOException reason;

    /**
     * @param deadline on the clock of {@link Timing#nanoTime}
     * @param limit how long it was to take at most, for messages
     */
    Flight(long deadline, Duration limit) {
        this.deadline = deadline;
        this.limit = limit;
    }

    long deadline() {
        return deadline;
    }

    void timeOut() {
        end(CallTimeoutException.after(limit));
    }

    /**
     * The call is about to wait for this.
     *
     * @throws IOException the reason for which the call has been ended; the wait has been ended too
     */
    void hold(Wait wait) throws IOException {
        IOException over;
        lock.lock();
        try {
            over = reason;
            if (over == null) {
                held = wait;
            }
        } finally {
            lock.unlock();
        }
        if (over != null) {
            wait.end();
            throw over;
        }
    }

    /**
     * The call waits no more.
     *
     * @throws IOException the reason for which the call has been ended
     */
    void release() throws IOException {
        IOException over;
        lock.lock();
        try {
            held = null;
            over = reason;
        } finally {
            lock.unlock();
        }
        if (over != null) {
            throw over;
        }
    }

    /** Ends the call, unless that has happened already. */
    void end(IOException why) {
        Wait wait;
        lock.lock();
        try {
            if (reason != null) {
                return;
            }
            reason = why;
            wait = held;
            held = null;
        } finally {
            lock.unlock();
        }
        if (wait != null) {
            wait.end();
        }
    }
}
