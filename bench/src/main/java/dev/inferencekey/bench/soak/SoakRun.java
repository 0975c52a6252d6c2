package dev.inferencekey.bench.soak;

import dev.inferencekey.bench.contender.Bench;
import dev.inferencekey.bench.contender.Running;
import dev.inferencekey.bench.contender.Us;
import dev.inferencekey.bench.load.Pauses;
import dev.inferencekey.bench.load.Readiness;
import dev.inferencekey.bench.machine.ProcessTree;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Our server under {@link Callers} for a while. */
public final class SoakRun {
    private static final int CALLERS = 96;
    private static final Duration LOOK_EVERY = Duration.ofSeconds(5);
    private static final Duration SAY_EVERY = Duration.ofMinutes(1);

    private final MemoryCurve curve = new MemoryCurve();
    private final long seed;

    public SoakRun(long seed) {
        this.seed = seed;
    }

    /**
     * What came of it.
     *
     * @param done how often each thing was done and answered as it ought to be
     * @param failures what was not, and how often
     */
    public record Outcome(MemoryCurve curve, Map<String, Long> done, List<String> failures) {
        public boolean good() {
            return failures.isEmpty() && curve.flat();
        }
    }

    /** Starts the server, lets callers loose for so long, and ends both. */
    public Outcome run(Us server, Bench bench, Duration time, Consumer<String> progress) {
        try (Running running = server.start(bench)) {
            try (Readiness readiness = new Readiness()) {
                readiness.require(server, running);
            }
            ProcessTree process = running.process().orElseThrow();
            Callers callers = Callers.start(running.target(), CALLERS, seed);
            try (callers) {
                watch(running, process, callers, time, progress);
            }
            Map<String, Long> done = new TreeMap<>();
            callers.done().forEach((deed, count) -> done.put(deed.name(), count));
            return new Outcome(curve, done, callers.failures());
        }
    }

    private void watch(
            Running running, ProcessTree process, Callers callers, Duration time, Consumer<String> progress) {
        long begun = System.nanoTime();
        long sayAt = begun + SAY_EVERY.toNanos();
        for (long now = begun; now - begun < time.toNanos(); now = System.nanoTime()) {
            running.requireAlive();
            MemoryCurve.Look look =
                    new MemoryCurve.Look((now - begun) / 1e9, process.residentKib() / 1024.0, process.openFiles());
            curve.add(look);
            if (now >= sayAt) {
                sayAt += SAY_EVERY.toNanos();
                progress.accept("%d min: %.0f MiB resident, %d open files, %d done, %d failed"
                        .formatted(
                                Math.round(look.seconds() / 60),
                                look.residentMib(),
                                look.openFiles(),
                                callers.allDone(),
                                callers.failed()));
            }
            Pauses.of(LOOK_EVERY);
        }
    }
}
