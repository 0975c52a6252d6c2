package dev.inferencekey.bench.figure;

import dev.inferencekey.bench.contender.Running;
import dev.inferencekey.bench.load.LoadLoop;
import dev.inferencekey.bench.load.Pauses;
import dev.inferencekey.bench.load.Samples;
import dev.inferencekey.bench.load.StreamCrowd;
import dev.inferencekey.bench.model.Pace;
import dev.inferencekey.bench.report.Figure;
import dev.inferencekey.bench.report.Scoreboard;
import java.time.Duration;

/** 500 streams with a chunk every 20 ms: what a chunk costs, and how much later it arrives. */
public final class StreamChunks implements Measurement {
    private static final int STREAMS = 500;
    private static final Pace PACE = new Pace(1_000_000, 20, 0);
    private static final Duration SETTLE = Duration.ofMillis(500);

    private final LoadLoop load;
    private final Duration window;

    public StreamChunks(LoadLoop load, Duration window) {
        this.load = load;
        this.window = window;
    }

    @Override
    public String name() {
        return "chunks";
    }

    @Override
    public void measure(Running running, int round, Scoreboard board) {
        try (StreamCrowd crowd = StreamCrowd.open(load, running.target(), STREAMS, PACE)) {
            Pauses.of(SETTLE);
            Duration before = SingleAnswers.cpu(running);
            Samples delays = crowd.record(window);
            Duration used = SingleAnswers.cpu(running).minus(before);
            board.add(Figure.FAILED, running.name(), round, crowd.failed());
            if (delays.size() == 0) {
                return;
            }
            board.put(Figure.CHUNK_DELAY_P50, running.name(), round, delays.percentile(50) / 1e3);
            board.put(Figure.CHUNK_DELAY_P99, running.name(), round, delays.percentile(99) / 1e3);
            if (running.process().isPresent()) {
                board.put(Figure.CPU_PER_CHUNK, running.name(), round, used.toNanos() / 1e6 * 1_000 / delays.size());
            }
        }
    }
}
