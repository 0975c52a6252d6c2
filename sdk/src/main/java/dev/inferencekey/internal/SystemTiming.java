package dev.inferencekey.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** The machine's time, with one daemon thread that starts with the first alarm. */
public class SystemTiming implements Timing {
    private final ScheduledThreadPoolExecutor timer =
            new ScheduledThreadPoolExecutor(1, new DaemonThreads("inferencekey-timer"));

    private final Set<CompletableFuture<Void>> pauses = ConcurrentHashMap.newKeySet();

    public SystemTiming() {
        // Most alarms are time limits that are cancelled long before they ring; they must not pile up until then.
        timer.setRemoveOnCancelPolicy(true);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public Instant instant() {
        return Instant.now();
    }

    @Override
    public double random() {
        return ThreadLocalRandom.current().nextDouble();
    }

    @Override
    public CompletableFuture<Void> pause(Duration delay) {
        CompletableFuture<Void> pause = new CompletableFuture<>();
        pauses.add(pause);
        Alarm alarm = alarm(delay, () -> pause.complete(null));
        Futures.onEnd(pause, (done, failure) -> {
            alarm.cancel();
            forget(pause);
        });
        if (timer.isShutdown()) {
            pause.completeExceptionally(new ClientClosedException());
        }
        return pause;
    }

    @SuppressWarnings("UndefinedEquals") // Futures are told apart by identity, which is what is meant.
    private void forget(CompletableFuture<Void> pause) {
        pauses.remove(pause);
    }

    @Override
    public Alarm alarm(Duration delay, Runnable action) {
        try {
            ScheduledFuture<?> scheduled = timer.schedule(action, Nanos.of(delay), TimeUnit.NANOSECONDS);
            return () -> scheduled.cancel(false);
        } catch (RejectedExecutionException e) {
            // Closed: whatever the alarm was to watch has been ended.
            return () -> {};
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        pauses.forEach(pause -> pause.completeExceptionally(new ClientClosedException()));
    }
}
