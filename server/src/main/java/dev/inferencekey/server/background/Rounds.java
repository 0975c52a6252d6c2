package dev.inferencekey.server.background;

/**
 * Work that callers share: one of them does it while the others wait, and one that came while it was under way waits for the next round,
 * since only that surely sees what its caller did before. Thread-safe.
 *
 * <p>Invariant, guarded by {@code turn}: a round that began after call number {@code served} was made has ended well; at most one thread
 * works.
 */
public final class Rounds {
    private final Runnable work;
    private final Object turn = new Object();
    private long requested;
    private long served;
    private boolean working;

    /** {@code work} is done by one thread at a time, each time after the one before it. */
    public Rounds(Runnable work) {
        this.work = work;
    }

    /** Returns when the work has been done once more, from beginning to end; throws what it throws. Does not end early when interrupted. */
    public void await() {
        long covered;
        synchronized (turn) {
            long mine = ++requested;
            boolean interrupted = false;
            while (served < mine && working) {
                try {
                    turn.wait();
                } catch (InterruptedException e) {
                    // The promise is "done when this returns"; the wait is short.
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (served >= mine) {
                return;
            }
            working = true;
            covered = requested;
        }
        boolean done = false;
        try {
            work.run();
            done = true;
        } finally {
            synchronized (turn) {
                working = false;
                if (done) {
                    served = Math.max(served, covered);
                }
                turn.notifyAll();
            }
        }
    }
}
