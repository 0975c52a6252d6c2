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
    private static final int EVERY_MILLIS = 20;
    /** Opening, settling, and what a busy machine takes longer. */
    private static final Duration MARGIN = Duration.ofSeconds(20);

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
        // They end by themselves: not every gateway tells the model server that its caller has left.
        Pace pace = new Pace(Math.toIntExact(window.plus(MARGIN).toMillis() / EVERY_MILLIS), EVERY_MILLIS, 0);
        try (StreamCrowd crowd = StreamCrowd.open(load, running.target(), STREAMS, pace)) {
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
