package dev.inferencekey.e2e.nodes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Nodes are stopped and started one after the other under load, with the same program or with another: what do callers notice? */
final class RollingRestart {
    private static final int CALLERS = 8;
    private static final Duration PAUSE = Duration.ofMillis(15);

    private RollingRestart() {}

    /** Restarts all nodes, each on the program given. */
    static List<Figure> run(Nodes nodes, Node.Build next, String when) {
        Load.Call call = Nodes.chat("rolling", nodes.key("rolling"));
        List<Outcome> outcomes;
        try (Load load = Load.start(nodes.all(), call, CALLERS, PAUSE)) {
            Until.more(load, 50);
            for (Node node : nodes.all()) {
                node.stop();
                node.use(next);
                node.start();
                Until.more(load, 50);
            }
            outcomes = load.stop();
        }
        List<Outcome> failed = outcomes.stream().filter(Outcome::failed).toList();
        failed.stream().limit(10).forEach(outcome -> System.err.println(when + ": " + outcome));
        List<Figure> figures = new ArrayList<>();
        figures.add(Figure.none(when + ": failed requests", failed.size(), outcomes.size() + " requests"));
        figures.addAll(Bill.of(nodes, outcomes).figures(when, outcomes));
        return figures;
    }
}
