package dev.inferencekey.bench.figure;

import dev.inferencekey.bench.contender.Running;
import dev.inferencekey.bench.load.Wrk;
import dev.inferencekey.bench.machine.ProcessTree;
import dev.inferencekey.bench.report.Figure;
import dev.inferencekey.bench.report.Scoreboard;
import java.time.Duration;
import java.util.List;

/** 1 KB in, 1.5 KB out, as fast as it goes: CPU per request, requests per second. */
public final class SingleAnswers implements Measurement {
    private static final Duration WARM_UP_WINDOW = Duration.ofSeconds(3);

    /** Load before each window that is not counted: systems take memory away from what has not been used for a while. */
    private static final Duration LEAD_IN = Duration.ofSeconds(2);

    private final Wrk wrk;
    private final List<String> keys;
    private final Duration window;

    public SingleAnswers(Wrk wrk, List<String> keys, Duration window) {
        this.wrk = wrk;
        this.keys = List.copyOf(keys);
        this.window = window;
    }

    @Override
    public String name() {
        return "single";
    }

    /**
     * Lets a contender run for this long, in pieces, so that callers come and go as they will when it counts. Until it gets no faster would
     * not do: what answers nobody, such as keeping the usage, is compiled last and shows in its CPU time alone.
     */
    public void warmUp(Running running, Duration time) {
        for (Duration taken = Duration.ZERO; taken.compareTo(time) < 0; taken = taken.plus(WARM_UP_WINDOW)) {
            wrk.run(running.target(), keys, WARM_UP_WINDOW);
        }
    }

    @Override
    public void measure(Running running, int round, Scoreboard board) {
        Window seen = window(running);
        Wrk.Count count = seen.count();
        board.put(Figure.REQUESTS_PER_SECOND, running.name(), round, count.perSecond());
        board.add(Figure.FAILED, running.name(), round, (double) count.failed());
        running.process().ifPresent(process -> {
            board.put(Figure.CPU_PER_REQUEST, running.name(), round, seen.cpuPerTenThousand());
            board.put(Figure.RESIDENT, running.name(), round, process.residentKib() / 1024.0);
        });
    }

    /** What one window of load came to, and the CPU time that it took. */
    record Window(Wrk.Count count, Duration used) {
        /** In seconds. */
        double cpuPerTenThousand() {
            return used.toNanos() / 1e9 * 10_000 / Math.max(1, count.requests());
        }
    }

    Window window(Running running) {
        wrk.run(running.target(), keys, LEAD_IN);
        Calm.await(running);
        Duration before = cpu(running);
        Wrk.Count count = wrk.run(running.target(), keys, window);
        Calm.await(running); // What is put off, such as keeping the usage, is part of what a request costs.
        return new Window(count, cpu(running).minus(before));
    }

    static Duration cpu(Running running) {
        return running.process().map(ProcessTree::cpuTime).orElse(Duration.ZERO);
    }
}
