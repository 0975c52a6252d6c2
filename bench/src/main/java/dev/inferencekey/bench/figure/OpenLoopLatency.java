package dev.inferencekey.bench.figure;

import dev.inferencekey.bench.contender.Running;
import dev.inferencekey.bench.load.OpenLoop;
import dev.inferencekey.bench.report.Figure;
import dev.inferencekey.bench.report.Scoreboard;
import java.time.Duration;

/** How long single answers take at a rate that all contenders can serve. */
public final class OpenLoopLatency implements Measurement {
    private static final int PER_SECOND = 2_000;

    private final OpenLoop load;
    private final Duration window;

    public OpenLoopLatency(OpenLoop load, Duration window) {
        this.load = load;
        this.window = window;
    }

    @Override
    public String name() {
        return "open-loop";
    }

    @Override
    public void measure(Running running, int round, Scoreboard board) {
        OpenLoop.Seen seen = load.run(running.target(), PER_SECOND, window);
        board.add(Figure.FAILED, running.name(), round, (double) seen.failed());
        if (seen.latencies().size() > 0) {
            board.put(
                    Figure.LATENCY_P50, running.name(), round, seen.latencies().percentile(50) / 1e3);
            board.put(
                    Figure.LATENCY_P99, running.name(), round, seen.latencies().percentile(99) / 1e3);
        }
    }
}
