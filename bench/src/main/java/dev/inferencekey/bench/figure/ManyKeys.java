package dev.inferencekey.bench.figure;

import dev.inferencekey.bench.contender.Bench;
import dev.inferencekey.bench.contender.Contender;
import dev.inferencekey.bench.contender.Running;
import dev.inferencekey.bench.load.Readiness;
import dev.inferencekey.bench.load.Wrk;
import dev.inferencekey.bench.report.Figure;
import dev.inferencekey.bench.report.Scoreboard;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The same load on a server that knows few keys and on one that knows a million, in turn; the callers use many of them. */
public final class ManyKeys {
    private static final Duration WARM_UP = Duration.ofSeconds(60);

    private final Wrk wrk;
    private final Duration window;

    /**
     * A server and the keys that are used on it.
     *
     * @param bench with the keys that the load uses in turn
     */
    public record Side(Contender contender, Bench bench, Figure figure) {}

    public ManyKeys(Wrk wrk, Duration window) {
        this.wrk = wrk;
        this.window = window;
    }

    /** Both sides, {@code rounds} times in turn. */
    public void measure(String name, List<Side> sides, int rounds, Scoreboard board) {
        try (Running first = sides.getFirst().contender().start(sides.getFirst().bench());
                Running second =
                        sides.getLast().contender().start(sides.getLast().bench());
                Readiness readiness = new Readiness()) {
            List<Running> running = List.of(first, second);
            List<SingleAnswers> loads = new ArrayList<>();
            for (int i = 0; i < sides.size(); i++) {
                readiness.require(sides.get(i).contender(), running.get(i));
                loads.add(new SingleAnswers(wrk, sides.get(i).bench().keys(), window));
                loads.get(i).warmUp(running.get(i), WARM_UP);
            }
            for (int round = 0; round <= rounds; round++) {
                for (int turn = 0; turn < sides.size(); turn++) {
                    int i = (turn + round) % sides.size();
                    SingleAnswers.Window seen = loads.get(i).window(running.get(i));
                    if (round > 0) {
                        board.put(sides.get(i).figure(), name, round, seen.cpuPerTenThousand());
                        board.add(Figure.FAILED, name, round, (double)
                                seen.count().failed());
                    }
                }
            }
            second.process()
                    .ifPresent(
                            process -> board.put(Figure.RESIDENT_MANY_KEYS, name, 1, process.residentKib() / 1024.0));
        }
    }
}
