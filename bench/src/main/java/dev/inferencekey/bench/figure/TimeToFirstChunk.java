package dev.inferencekey.bench.figure;

import dev.inferencekey.bench.contender.Running;
import dev.inferencekey.bench.load.FirstChunks;
import dev.inferencekey.bench.load.LoadLoop;
import dev.inferencekey.bench.model.Pace;
import dev.inferencekey.bench.report.Figure;
import dev.inferencekey.bench.report.Scoreboard;
import java.time.Duration;

/** 256 callers, each with a stream whose first chunk the model gives after 100 ms, as a quick model does. */
public final class TimeToFirstChunk implements Measurement {
    private static final int CALLERS = 256;
    private static final Pace PACE = new Pace(20, 20, 100);

    private final FirstChunks load;
    private final Duration window;

    public TimeToFirstChunk(LoadLoop load, Duration window) {
        this.load = new FirstChunks(load, CALLERS, PACE);
        this.window = window;
    }

    @Override
    public String name() {
        return "first-byte";
    }

    @Override
    public void measure(Running running, int round, Scoreboard board) {
        FirstChunks.Seen seen = load.run(running.target(), window);
        board.add(Figure.FAILED, running.name(), round, seen.failed());
        if (seen.times().size() > 0) {
            board.put(Figure.FIRST_CHUNK, running.name(), round, seen.times().percentile(50) / 1e6);
        }
    }
}
