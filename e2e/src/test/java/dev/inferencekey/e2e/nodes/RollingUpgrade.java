package dev.inferencekey.e2e.nodes;

import dev.inferencekey.e2e.Http;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * From one build to a later one on the same PostgreSQL, node by node, under load. The first node that is replaced brings the tables up to date while
 * the others still run the earlier build: what do callers notice, and can everything still be done at each node?
 */
final class RollingUpgrade {
    private static final int CALLERS = 8;
    private static final Duration PAUSE = Duration.ofMillis(15);
    private static final String KEYS = "/api/projects/" + Nodes.PROJECT + "/keys";

    private final Nodes nodes;
    private final List<String> wrong = new ArrayList<>();
    private int done;

    private RollingUpgrade(Nodes nodes) {
        this.nodes = nodes;
    }

    /** Goes there; the nodes run the earlier build. */
    static List<Figure> run(Nodes nodes, Node.Build from, Node.Build to) {
        return new RollingUpgrade(nodes).roll(from, to);
    }

    private List<Figure> roll(Node.Build from, Node.Build to) {
        Load.Call call = Nodes.chat("upgraded", nodes.key("upgraded"));
        long before = version();
        List<Outcome> outcomes;
        try (Load load = Load.start(nodes.all(), call, CALLERS, PAUSE)) {
            useAll();
            for (Node node : nodes.all()) {
                noteErrors(node);
                node.stop();
                node.use(to);
                node.start();
                Until.more(load, 100);
                useAll();
            }
            nodes.all().forEach(this::noteErrors);
            outcomes = load.stop();
        }
        String when = "from " + from.name() + " to " + to.name() + ", node by node";
        List<Outcome> failed = outcomes.stream().filter(Outcome::failed).toList();
        failed.stream().limit(10).forEach(outcome -> System.err.println(when + ": " + outcome));
        wrong.stream().limit(10).forEach(what -> System.err.println(when + ": " + what));
        List<Figure> figures = new ArrayList<>();
        figures.add(Figure.none(when + ": failed requests", failed.size(), outcomes.size() + " requests"));
        figures.add(Figure.none(
                when + ": changes and lists that went wrong, errors in logs", wrong.size(), done + " tries"));
        figures.add(Figure.stated(when + ": tables", "version " + before + " to " + version()));
        figures.addAll(Bill.of(nodes, outcomes).figures(when, outcomes));
        return figures;
    }

    /** At each node, of whichever build. */
    private void useAll() {
        for (Node node : nodes.all()) {
            done++;
            try {
                use(node);
            } catch (RuntimeException | AssertionError e) {
                wrong.add(node + " " + node.build().name() + ": " + e);
            }
        }
    }

    /** A key's life, at all nodes, with everything that nodes share of it. */
    private void use(Node node) {
        JsonNode minted = send(
                node,
                "POST",
                KEYS,
                Map.of(
                        "name",
                        "by " + node,
                        "grants",
                        List.of(Nodes.PROJECT + "/*"),
                        "limits",
                        Map.of("requests_per_minute", 600, "max_concurrent_requests", 30)));
        String key = KEYS + "/" + minted.get("id").asString();
        send(node, "PUT", key + "/budget", Map.of("tokens", 1_000_000, "period", "day"));
        Load.Call call = Nodes.chat("by " + node, minted.get("credential").asString());
        for (Node each : nodes.all()) {
            Until.holds(
                    each + " serves a key of " + node,
                    Duration.ofSeconds(20),
                    () -> Load.once(each, call, false).whole());
        }
        for (String list :
                List.of("keys", "workloads", "tokens", "members", "audit", "usage", "usage/records", "budget")) {
            get(node, "/api/projects/" + Nodes.PROJECT + "/" + list);
        }
        get(node, "/api/nodes");
        long asked = System.nanoTime();
        JsonNode propagation = send(node, "POST", key + "/revoke", Map.of()).get("propagation");
        Receipt receipt = Receipt.of(propagation, asked, System.nanoTime());
        for (Node each : nodes.all()) {
            int status = Load.once(each, call, false).status();
            if (!receipt.acknowledged().contains(each.name()) || status != 401) {
                wrong.add(each + " after a key was revoked at " + node + ": " + status + ", receipt " + receipt);
            }
        }
    }

    private static JsonNode send(Node node, String method, String path, Object body) {
        Http.Answer answer = node.http().send(method, path, node.operator(), Http.JSON.writeValueAsString(body));
        if (answer.status() >= 300) {
            throw new AssertionError(method + " " + path + ": " + answer.status() + " " + answer.body());
        }
        return answer.json();
    }

    private static void get(Node node, String path) {
        node.http().get(path, node.operator()).expect(200);
    }

    private void noteErrors(Node node) {
        node.logged("ERROR").forEach(line -> wrong.add(node + " " + node.build().name() + " logged " + line));
    }

    private long version() {
        try (Connection connection = nodes.connect();
                Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("select max(version::int) from flyway_schema_history where success")) {
            rows.next();
            return rows.getLong(1);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
