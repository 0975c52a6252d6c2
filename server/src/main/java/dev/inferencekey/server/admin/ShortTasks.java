package dev.inferencekey.server.admin;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;

/**
 * Runs each task on a virtual thread of its own, so many at a time and each only so long: then it is interrupted, which closes the
 * connection that it reads or writes. The JDK's HTTP server has timeouts of its own, but they hold for every such server of the process.
 *
 * <p>Thread-safe.
 */
final class ShortTasks implements Executor, AutoCloseable {
    private final Semaphore places;
    private final Duration longest;
    private final ThreadFactory threads = Thread.ofVirtual().name("admin-", 0).factory();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("admin-timeouts").factory());

    ShortTasks(int most, Duration longest) {
        this.places = new Semaphore(most);
        this.longest = longest;
    }

    /** @throws RejectedExecutionException if too many run */
    @Override
    public void execute(Runnable task) {
        if (!places.tryAcquire()) {
            throw new RejectedExecutionException("too many at the same time");
        }
        boolean started = false;
        try {
            threads.newThread(() -> run(task)).start();
            started = true;
        } finally {
            if (!started) {
                places.release();
            }
        }
    }

    private void run(Runnable task) {
        Thread self = Thread.currentThread();
        try {
            Future<?> end = timer.schedule(self::interrupt, longest.toMillis(), TimeUnit.MILLISECONDS);
            try {
                task.run();
            } finally {
                end.cancel(false);
            }
        } finally {
            places.release();
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
