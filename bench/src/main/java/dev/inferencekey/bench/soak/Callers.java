package dev.inferencekey.bench.soak;

import dev.inferencekey.bench.contender.Target;
import dev.inferencekey.bench.load.Pauses;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** Many callers at once, each doing one {@link Deed} after the other, until {@link #close}. Thread-safe. */
final class Callers implements AutoCloseable {
    private static final int LONGEST_PAUSE_MILLIS = 60;
    private static final Duration LONGEST_END = Duration.ofSeconds(60);

    private final Target target;
    private final Map<Deed, LongAdder> done = new EnumMap<>(Deed.class);
    private final LongAdder failed = new LongAdder();
    /** What went wrong, and how often. */
    private final Map<String, LongAdder> failures = new ConcurrentSkipListMap<>();

    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean leaving;

    private Callers(Target target) {
        this.target = target;
        for (Deed deed : Deed.values()) {
            done.put(deed, new LongAdder());
        }
    }

    /** Lets them loose; the same seed makes the same deeds, if not in the same order. */
    static Callers start(Target target, int callers, long seed) {
        Callers all = new Callers(target);
        SplittableRandom seeds = new SplittableRandom(seed);
        for (int i = 0; i < callers; i++) {
            SplittableRandom random = seeds.split();
            all.threads.add(Thread.ofVirtual().name("caller-" + i).start(() -> all.live(random)));
        }
        return all;
    }

    private void live(SplittableRandom random) {
        while (!leaving) {
            Deed deed = Deed.any(random);
            try {
                deed.run(target, random);
                count(deed).increment();
            } catch (IOException e) {
                failed.increment();
                failures.computeIfAbsent(deed + ": " + e.getMessage(), _ -> new LongAdder())
                        .increment();
            }
            Pauses.of(Duration.ofMillis(random.nextInt(LONGEST_PAUSE_MILLIS)));
        }
    }

    private LongAdder count(Deed deed) {
        @Nullable LongAdder count = done.get(deed);
        if (count == null) {
            throw new AssertionError(deed);
        }
        return count;
    }

    Map<Deed, Long> done() {
        Map<Deed, Long> counts = new EnumMap<>(Deed.class);
        done.forEach((deed, count) -> counts.put(deed, count.sum()));
        return counts;
    }

    long allDone() {
        return done.values().stream().mapToLong(LongAdder::sum).sum();
    }

    long failed() {
        return failed.sum();
    }

    List<String> failures() {
        return failures.entrySet().stream()
                .map(each -> each.getValue() + " × " + each.getKey())
                .toList();
    }

    /** Waits until each has come to the end of what it does. */
    @Override
    public void close() {
        leaving = true;
        long deadline = System.nanoTime() + LONGEST_END.toNanos();
        for (Thread thread : threads) {
            try {
                thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }
}
