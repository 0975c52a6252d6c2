package dev.inferencekey.cli.up;

import dev.inferencekey.cli.command.ExitCode;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * Ctrl-C and SIGTERM, taken as a wish to stop cleanly instead of an end in the middle of something. A second one ends the process
 * at once. Thread-safe.
 */
final class StopSignal {
    private final CountDownLatch requested = new CountDownLatch(1);
    // Guarded by this. The thread to interrupt when the wish comes; null where an interrupt could break a write.
    private @Nullable Thread interruptible;

    /** Listens from now on. */
    void listen() {
        List.of("INT", "TERM").forEach(this::handle);
    }

    boolean isRequested() {
        return requested.getCount() == 0;
    }

    /** Waits for the wish. */
    void await() {
        try {
            requested.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** From here on, until {@link #endInterruptible}, the wish interrupts the calling thread. */
    synchronized void beginInterruptible() {
        interruptible = Thread.currentThread();
        if (isRequested()) {
            interruptible.interrupt();
        }
    }

    /** Interrupts no more; one that came is taken back, so that cleaning up is not cut short by it. */
    synchronized void endInterruptible() {
        interruptible = null;
        Thread.interrupted();
    }

    /** The wish has come. */
    synchronized void request() {
        requested.countDown();
        if (interruptible != null) {
            interruptible.interrupt();
        }
    }

    private void handle(String name) {
        Signals.onEach(name, () -> {
            if (isRequested()) {
                Runtime.getRuntime().halt(ExitCode.INTERRUPTED);
            }
            request();
        });
    }
}
