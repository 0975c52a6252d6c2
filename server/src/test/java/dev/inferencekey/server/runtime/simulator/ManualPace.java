package dev.inferencekey.server.runtime.simulator;

/** Time that stands still until a test lets it go on. */
final class ManualPace implements Pace {
    private long now;

    @Override
    public synchronized long nanoTime() {
        return now;
    }

    @Override
    public synchronized void until(long nanoTime) throws InterruptedException {
        while (now < nanoTime) {
            wait();
        }
    }

    synchronized void advanceMillis(long millis) {
        now += millis * 1_000_000;
        notifyAll();
    }
}
