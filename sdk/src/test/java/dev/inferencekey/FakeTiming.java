package dev.inferencekey;

import dev.inferencekey.internal.SystemTiming;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleSupplier;

/** Real time, except that pauses between attempts are skipped and noted, and have no random part unless a test gives one. */
final class FakeTiming extends SystemTiming {
    private final Set<Object> set = ConcurrentHashMap.newKeySet();
    private final AtomicLong skipped = new AtomicLong();
    private final List<Duration> pauses = new CopyOnWriteArrayList<>();
    private volatile DoubleSupplier random = () -> 0;

    @Override
    public long nanoTime() {
        return super.nanoTime() + skipped.get();
    }

    @Override
    public double random() {
        return random.getAsDouble();
    }

    /** What spreads pauses. */
    FakeTiming random(DoubleSupplier value) {
        random = value;
        return this;
    }

    @Override
    public CompletableFuture<Void> pause(Duration delay) {
        pauses.add(delay);
        skipped.addAndGet(delay.toNanos());
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public Alarm alarm(Duration delay, Runnable action) {
        Object token = new Object();
        set.add(token);
        Alarm alarm = super.alarm(delay, () -> {
            set.remove(token);
            action.run();
        });
        return () -> {
            set.remove(token);
            alarm.cancel();
        };
    }

    /** How many alarms are set and have neither rung nor been cancelled. */
    int alarmsSet() {
        return set.size();
    }

    /** Lets time go by. */
    void skip(Duration duration) {
        skipped.addAndGet(duration.toNanos());
    }

    List<Duration> pauses() {
        return pauses;
    }

    List<Long> pauseSeconds() {
        return pauses.stream().map(Duration::toSeconds).toList();
    }
}
