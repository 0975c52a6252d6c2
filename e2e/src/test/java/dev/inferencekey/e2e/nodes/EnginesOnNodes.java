package dev.inferencekey.e2e.nodes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A model server that one node runs and all are called for: through the others, and while the database is away. {@link LostEngine} is about the
 * loss of that node.
 */
final class EnginesOnNodes {
    private static final String SLUG = "engine";
    private static final int CALLERS = 8;
    private static final Duration PAUSE = Duration.ofMillis(15);

    private EnginesOnNodes() {}

    /**
     * Runs.
     *
     * @param away how long the database is, longer than the nodes' lease
     */
    static List<Figure> run(Nodes nodes, Duration away) {
        String credential = nodes.key("engines");
        nodes.simulated(SLUG, Map.of("ttft_ms", 40, "tokens_per_second", 400, "output_tokens", 16));
        Load.Call call = Load.Call.chat(Nodes.PROJECT, SLUG, "engines", credential);
        for (Node node : nodes.all()) {
            Until.holds(
                    node + " serves the engine's workload",
                    () -> Load.once(node, call, false).whole());
        }
        List<Figure> figures = new ArrayList<>();
        Node home = nodes.home(SLUG);
        List<Node> others = nodes.all().stream().filter(node -> node != home).toList();
        figures.add(Figure.none(
                "engine on one node, its log read through others: differences",
                differentLogs(home, others),
                others.size() + " nodes"));
        throughTheOthers(others, call, figures);
        whileTheDatabaseIsAway(nodes, call, away, figures);
        return figures;
    }

    private static long differentLogs(Node home, List<Node> others) {
        JsonNode atHome = log(home);
        if (atHome.get("lines").isEmpty() || !atHome.get("missing").isEmpty()) {
            throw new AssertionError("the engine's own node has no log of it: " + atHome);
        }
        List<JsonNode> different = others.stream()
                .map(EnginesOnNodes::log)
                .filter(told -> !told.equals(atHome))
                .toList();
        different.forEach(told -> System.err.println("engines on nodes: " + told + " is not " + atHome));
        return different.size();
    }

    private static JsonNode log(Node node) {
        return node.http()
                .get("/api/projects/" + Nodes.PROJECT + "/workloads/" + SLUG + "/logs", node.operator())
                .expect(200)
                .json();
    }

    private static void throughTheOthers(List<Node> others, Load.Call call, List<Figure> figures) {
        try (Load load = Load.start(others, call, CALLERS, PAUSE)) {
            Until.more(load, 300);
            List<Outcome> outcomes = load.stop();
            figures.add(
                    Figure.none("engine on one node, called through others: failures", failed(outcomes), of(outcomes)));
        }
    }

    private static void whileTheDatabaseIsAway(Nodes nodes, Load.Call call, Duration away, List<Figure> figures) {
        try (Load load = Load.start(nodes.all(), call, CALLERS, PAUSE)) {
            Until.more(load, 50);
            nodes.postgres().kill();
            Until.over(away);
            nodes.postgres().startAgain();
            Until.over(away);
            List<Outcome> outcomes = load.stop();
            long failed = failed(outcomes);
            if (failed > 0) {
                nodes.all()
                        .forEach(node -> node.logged("WARN", "ERROR")
                                .forEach(line -> System.err.println("engines on nodes: " + node + " logged " + line)));
            }
            figures.add(Figure.none(
                    "engine on one node, database away for " + away.toSeconds() + " s: failures",
                    failed,
                    of(outcomes)));
        }
    }

    private static long failed(List<Outcome> outcomes) {
        List<Outcome> failed = outcomes.stream().filter(Outcome::failed).toList();
        failed.stream().limit(10).forEach(outcome -> System.err.println("engines on nodes: " + outcome));
        return failed.size();
    }

    private static String of(List<Outcome> outcomes) {
        return outcomes.size() + " requests";
    }
}
