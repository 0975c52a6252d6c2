package dev.inferencekey.bench.figure;

import dev.inferencekey.bench.contender.Running;
import dev.inferencekey.bench.load.Wrk;
import dev.inferencekey.bench.machine.ProcessTree;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * What a request costs while a server that has just started gets faster: CPU time of all of its threads, the compilers' included, in
 * windows of load that follow each other without a pause.
 */
public final class WarmUp {
    /** Of each of the first windows. */
    public static final Duration WINDOW = Duration.ofSeconds(2);
    /** How many there are. */
    public static final int WINDOWS = 5;
    /** When the last window begins, which is as long as all of the first ones. */
    public static final Duration WARM = Duration.ofSeconds(60);

    private final Wrk wrk;
    private final List<String> keys;

    public WarmUp(Wrk wrk, List<String> keys) {
        this.wrk = wrk;
        this.keys = List.copyOf(keys);
    }

    /**
     * What it cost, in CPU seconds for ten thousand requests.
     *
     * @param first in each of the first windows
     * @param warm after a minute of load
     * @param failed requests that were not answered with 2xx
     */
    public record Curve(List<Double> first, double warm, long failed) {
        public Curve {
            first = List.copyOf(first);
        }
    }

    /** Puts load on a server that has had none. */
    public Curve measure(Running running) {
        long begin = System.nanoTime();
        long[] failed = new long[1];
        List<Double> first = new ArrayList<>();
        for (int i = 0; i < WINDOWS; i++) {
            first.add(cost(running, WINDOW, failed));
        }
        Duration left = WARM.minusNanos(System.nanoTime() - begin);
        if (left.isPositive()) {
            cost(running, left, failed);
        }
        return new Curve(first, cost(running, WINDOW.multipliedBy(WINDOWS), failed), failed[0]);
    }

    private double cost(Running running, Duration window, long[] failed) {
        ProcessTree process = running.process().orElseThrow();
        Duration before = process.cpuTime();
        Wrk.Count count = wrk.run(running.target(), keys, window);
        failed[0] += count.failed();
        return process.cpuTime().minus(before).toNanos() / 1e9 * 10_000 / Math.max(1, count.requests());
    }
}
