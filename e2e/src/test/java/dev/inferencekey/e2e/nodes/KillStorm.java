package dev.inferencekey.e2e.nodes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Load on all nodes while one after the other dies by {@code kill -9}, and now and then the database: what is in the bill afterwards? */
final class KillStorm {
    private static final int CALLERS = 8;
    private static final Duration PAUSE = Duration.ofMillis(8);

    /** Answers between a start and the next kill. */
    private static final int CALM = 100;

    private KillStorm() {}

    /**
     * Runs it.
     *
     * @param kills how many nodes die at least
     * @param database after how many of them the database dies as well; 0: never
     */
    static List<Figure> run(Nodes nodes, int kills, int database, Duration atLeast, Random random) {
        Load.Call call = Nodes.chat("storm", nodes.key("storm"));
        long end = System.nanoTime() + atLeast.toNanos();
        int killed = 0;
        int databases = 0;
        List<Outcome> outcomes;
        try (Load load = Load.start(nodes.all(), call, CALLERS, PAUSE)) {
            while (killed < kills || System.nanoTime() < end) {
                Until.more(load, CALM);
                Node victim = nodes.get(random.nextInt(nodes.all().size()));
                victim.kill();
                killed++;
                if (database > 0 && killed % database == 0) {
                    nodes.postgres().kill();
                    databases++;
                    Until.more(load, CALM);
                    nodes.postgres().startAgain();
                }
                victim.start();
            }
            Until.more(load, CALM);
            outcomes = load.stop();
        }
        String when = killed + " kills of nodes" + (databases > 0 ? ", " + databases + " of the database" : "");
        List<Figure> figures = new ArrayList<>(Bill.of(nodes, outcomes).figures(when, outcomes));
        long broken = outcomes.stream().filter(Outcome::failed).count();
        figures.add(Figure.stated(when + ": requests that a kill broke off", broken + " of " + outcomes.size()));
        return figures;
    }
}
