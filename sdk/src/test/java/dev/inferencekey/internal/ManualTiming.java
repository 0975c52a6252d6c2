package dev.inferencekey.internal;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** A clock that a test moves; alarms ring while it does. One thread moves it; others may set alarms. */
final class ManualTiming implements Timing {
    // The clock overflows soon, as the JVM's may at any time.
    private record Set(long at, Runnable action) {}

    private final PriorityBlockingQueue<Set> alarms =
            new PriorityBlockingQueue<>(11, (a, b) -> Long.signum(a.at() - b.at()));
    private volatile long now = Long.MAX_VALUE - 5;
    private final AtomicInteger rung = new AtomicInteger();

    /** Lets time go by. */
    void advance(Duration time) {
        long until = now + time.toNanos();
        while (!alarms.isEmpty() && alarms.element().at() - until <= 0) {
            Set next = alarms.remove();
            now = next.at();
            rung.incrementAndGet();
            next.action().run();
        }
        now = until;
    }

    int alarmsSet() {
        return alarms.size();
    }

    int alarmsRung() {
        return rung.get();
    }

    @Override
    public long nanoTime() {
        return now;
    }

    @Override
    public Instant instant() {
        return Instant.EPOCH.plusNanos(now);
    }

    @Override
    public double random() {
        return 0;
    }

    @Override
    public CompletableFuture<Void> pause(Duration delay) {
        CompletableFuture<Void> pause = new CompletableFuture<>();
        alarm(delay, () -> pause.complete(null));
        return pause;
    }

    @Override
    public Alarm alarm(Duration delay, Runnable action) {
        Set alarm = new Set(now + delay.toNanos(), action);
        alarms.add(alarm);
        return () -> alarms.remove(alarm);
    }

    @Override
    public void close() {
        alarms.clear();
    }
}
