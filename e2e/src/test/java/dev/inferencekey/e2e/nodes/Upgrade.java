package dev.inferencekey.e2e.nodes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * From one node on SQLite, of the release before there were nodes, to several on PostgreSQL, under load: what do callers notice, and is all that
 * was used in the bill?
 */
final class Upgrade {
    private static final int CALLERS = 8;
    private static final Duration PAUSE = Duration.ofMillis(15);

    private Upgrade() {}

    /** Goes there; {@code nodes} are as {@link Nodes#startBefore} left them. */
    static List<Figure> run(Nodes nodes) {
        Load.Call call = Nodes.chat("upgrade", nodes.key("upgrade"));
        Node first = nodes.get(0);
        List<Outcome> outcomes;
        double seconds;
        try (Load load = Load.start(nodes.all(), call, CALLERS, PAUSE)) {
            Until.more(load, 200);
            first.stop();
            long stopped = System.nanoTime();
            nodes.move();
            first.start();
            seconds = (System.nanoTime() - stopped) / 1e9;
            Until.more(load, 200);
            nodes.all().stream().skip(1).forEach(Node::start);
            Until.more(load, 200);
            outcomes = load.stop();
        }
        String when = "from the release before, on SQLite, to " + nodes.all().size() + " nodes";
        List<Outcome> failed = outcomes.stream().filter(Outcome::failed).toList();
        failed.stream().limit(10).forEach(outcome -> System.err.println(when + ": " + outcome));
        List<Figure> figures = new ArrayList<>();
        figures.add(Figure.none(when + ": failed requests", failed.size(), outcomes.size() + " requests"));
        figures.add(Figure.stated(when + ": no node took calls, while the store moved", Figure.number(seconds) + " s"));
        figures.addAll(Bill.of(nodes, outcomes).figures(when, outcomes));
        return figures;
    }
}
