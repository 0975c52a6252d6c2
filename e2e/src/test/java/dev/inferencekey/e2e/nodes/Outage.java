package dev.inferencekey.e2e.nodes;

import dev.inferencekey.e2e.Http.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The database goes away under load and comes back: what do known keys, the control plane and the bill notice of it? */
final class Outage {
    private static final int CALLERS = 8;
    private static final Duration PAUSE = Duration.ofMillis(15);

    private Outage() {}

    static List<Figure> run(Nodes nodes, Duration away) {
        Load.Call call = Nodes.chat("outage", nodes.key("outage"));
        List<Outcome> outcomes;
        List<Answer> refused = new ArrayList<>();
        long back;
        try (Load load = Load.start(nodes.all(), call, CALLERS, PAUSE)) {
            Until.more(load, 50);
            nodes.postgres().kill();
            long end = System.nanoTime() + away.toNanos();
            for (Node node : nodes.all()) {
                refused.add(node.http()
                        .post("/api/projects/" + Nodes.PROJECT + "/keys", node.operator(), "{\"name\":\"k\"}"));
            }
            Until.over(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
            nodes.postgres().startAgain();
            back = System.nanoTime();
            nodes.awaitChanges();
            back = System.nanoTime() - back;
            Until.more(load, 50);
            outcomes = load.stop();
        }
        String when = "database away for " + away.toSeconds() + " s";
        List<Outcome> failed = outcomes.stream().filter(Outcome::failed).toList();
        failed.stream().limit(10).forEach(outcome -> System.err.println(when + ": " + outcome));
        List<Figure> figures = new ArrayList<>();
        figures.add(Figure.none(when + ": failures for known keys", failed.size(), outcomes.size() + " requests"));
        long honest = refused.stream()
                .filter(answer -> answer.status() == 503
                        && answer.raw().headers().firstValue("Retry-After").isPresent())
                .count();
        figures.add(new Figure(
                when + ": changes answered 503 with Retry-After",
                "all",
                honest + " of " + refused.size(),
                honest == refused.size()));
        figures.add(Figure.stated(when + ": until all nodes took changes again", Figure.number(back / 1e9) + " s"));
        figures.addAll(Bill.of(nodes, outcomes).figures(when, outcomes));
        return figures;
    }
}
