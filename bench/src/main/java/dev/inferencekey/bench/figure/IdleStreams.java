package dev.inferencekey.bench.figure;

import dev.inferencekey.bench.contender.Bench;
import dev.inferencekey.bench.contender.Contender;
import dev.inferencekey.bench.contender.Running;
import dev.inferencekey.bench.load.LoadLoop;
import dev.inferencekey.bench.load.Pauses;
import dev.inferencekey.bench.load.Readiness;
import dev.inferencekey.bench.load.StreamCrowd;
import dev.inferencekey.bench.machine.ProcessTree;
import dev.inferencekey.bench.model.Pace;
import dev.inferencekey.bench.report.Figure;
import dev.inferencekey.bench.report.Scoreboard;
import java.time.Duration;
import java.util.Optional;

/** Streams that are open and say nothing: what one of them holds in a process that has just been started. */
public final class IdleStreams {
    private static final Duration SETTLE = Duration.ofSeconds(2);
    private static final int BEFOREHAND = 200;

    private final LoadLoop load;
    private final int streams;

    public IdleStreams(LoadLoop load, int streams) {
        this.load = load;
        this.streams = streams;
    }

    /** Starts the contender, opens the streams, and ends both. */
    public void measure(Contender contender, Bench bench, int round, Scoreboard board) {
        try (Running running = contender.start(bench);
                Readiness readiness = new Readiness()) {
            readiness.require(contender, running);
            Optional<ProcessTree> process = running.process();
            if (process.isEmpty()) {
                return;
            }
            // What the first streams load and compile is not theirs.
            StreamCrowd.open(load, running.target(), BEFOREHAND, Pace.idle()).close();
            Pauses.of(SETTLE);
            long before = process.get().residentKib();
            try (StreamCrowd crowd = StreamCrowd.open(load, running.target(), streams, Pace.idle())) {
                Pauses.of(SETTLE);
                long after = process.get().residentKib();
                int failed = crowd.failed();
                board.put(Figure.IDLE_STREAM, running.name(), round, (after - before) / (double) streams);
                board.put(Figure.IDLE_TOTAL, running.name(), round, after / 1024.0);
                board.put(Figure.IDLE_FAILED, running.name(), round, failed);
            }
        }
    }
}
