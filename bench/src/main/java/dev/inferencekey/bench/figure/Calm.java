package dev.inferencekey.bench.figure;

import dev.inferencekey.bench.contender.Running;
import dev.inferencekey.bench.load.Pauses;
import dev.inferencekey.bench.machine.ProcessTree;
import java.time.Duration;
import java.util.Optional;

/** Waits until a contender has nothing left to do, so that what it puts off is counted and the next one has the core to itself. */
public final class Calm {
    private static final Duration WINDOW = Duration.ofMillis(300);
    private static final Duration IDLE = Duration.ofMillis(30);
    private static final Duration LONGEST = Duration.ofSeconds(40);

    private Calm() {}

    /** Returns when the process has used at most a tenth of a core for a moment, or after forty seconds. */
    public static void await(Running running) {
        Optional<ProcessTree> process = running.process();
        if (process.isEmpty()) {
            return;
        }
        long deadline = System.nanoTime() + LONGEST.toNanos();
        Duration before;
        do {
            before = process.get().cpuTime();
            Pauses.of(WINDOW);
        } while (process.get().cpuTime().minus(before).compareTo(IDLE) > 0 && System.nanoTime() < deadline);
    }
}
