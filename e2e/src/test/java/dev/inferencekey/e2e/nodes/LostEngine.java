package dev.inferencekey.e2e.nodes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A model server runs on one node and is called through the others; that node dies: what do callers notice, and for how long? */
final class LostEngine {
    private static final String WORKLOAD = "lost";
    private static final int CALLERS = 6;
    private static final Duration PAUSE = Duration.ofMillis(40);

    /** What a simulated model server takes to start, and nodes to notice it. */
    private static final Duration START = Duration.ofSeconds(5);

    private LostEngine() {}

    /** Runs it on nodes that advertise themselves to each other and have this lease. */
    static List<Figure> run(Nodes nodes, Duration lease) {
        nodes.simulated(WORKLOAD, Map.of("ttft_ms", 5, "tokens_per_second", 2_000, "output_tokens", 20));
        Load.Call call = Load.Call.chat(Nodes.PROJECT, WORKLOAD, "engine", nodes.key("engine"));
        for (Node node : nodes.all()) {
            Until.holds(node + " serves it", () -> Load.once(node, call, false).whole());
        }
        Node home = nodes.home(WORKLOAD);
        List<Node> others = nodes.all().stream().filter(node -> node != home).toList();
        List<Outcome> outcomes;
        long died;
        try (Load load = Load.start(others, call, CALLERS, PAUSE)) {
            Until.more(load, 200);
            home.kill();
            died = System.nanoTime();
            Until.holds(
                    "it is served again",
                    () -> load.outcomes().stream()
                            .anyMatch(outcome -> outcome.whole()
                                    && outcome.endedAt()
                                            > died + Duration.ofSeconds(1).toNanos()));
            Until.more(load, 200);
            outcomes = load.stop();
        }
        home.start();
        List<Outcome> failed = outcomes.stream().filter(Outcome::failed).toList();
        List<Outcome> retriable =
                failed.stream().filter(outcome -> outcome.status() != 200).toList();
        retriable.stream().limit(10).forEach(outcome -> System.err.println("engine lost: " + outcome));
        double again = outcomes.stream()
                .filter(Outcome::whole)
                .mapToLong(Outcome::endedAt)
                .filter(ended -> ended > died + Duration.ofSeconds(1).toNanos())
                .min()
                .stream()
                .mapToDouble(ended -> (ended - died) / 1e9)
                .findFirst()
                .orElse(Double.NaN);
        List<Figure> figures = new ArrayList<>();
        figures.add(Figure.none(
                "node of an engine killed: requests that could be retried and failed",
                retriable.size(),
                outcomes.size() + " requests"));
        figures.add(Figure.stated(
                "node of an engine killed: answers that had begun and broke off",
                (failed.size() - retriable.size()) + " streams"));
        figures.add(Figure.atMost(
                "node of an engine killed: served again elsewhere",
                lease.plus(START).toMillis() / 1e3,
                again,
                "s"));
        figures.addAll(Bill.of(nodes, outcomes).figures("node of an engine killed", outcomes));
        return figures;
    }
}
