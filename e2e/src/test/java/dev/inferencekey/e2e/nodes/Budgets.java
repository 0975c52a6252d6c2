package dev.inferencekey.e2e.nodes;

import dev.inferencekey.e2e.Http;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import tools.jackson.databind.JsonNode;

/** A key's budget while callers on all nodes want ten times as much and nodes die: is it overspent, and how much of it can be used? */
final class Budgets {
    private static final int TOKENS = 40;
    private static final int WORST_CASE = TOKENS + 16;
    private static final Duration PER_TOKEN = Duration.ofMillis(15);
    private static final double USABLE = 0.99;

    private Budgets() {}

    /**
     * Streams until nothing is admitted any more.
     *
     * @param callers concurrent streams
     * @param times how many times the budget they want at least
     * @param kills how many nodes die while there is something left
     */
    static List<Figure> run(Nodes nodes, int callers, long budget, int times, int kills, Random random) {
        JsonNode key = nodes.mint("budget");
        limit(nodes, key, budget);
        Load.Call call = call(key, TOKENS);
        nodes.model().pace(PER_TOKEN);
        List<Outcome> outcomes;
        try (Load load = Load.startStreams(nodes.all(), call, callers, Duration.ofMillis(500))) {
            for (int kill = 1; kill <= kills; kill++) {
                long until = budget * kill / (kills + 1);
                Until.holds("a part of the budget is spent", () -> spent(nodes, key) >= until);
                Node victim = nodes.get(random.nextInt(nodes.all().size()));
                victim.kill();
                victim.start();
            }
            Until.holds(
                    "the budget is used up, and asked for " + times + " times",
                    Duration.ofMinutes(5),
                    () -> load.count() * (long) WORST_CASE >= times * budget
                            && spent(nodes, key) >= USABLE * budget
                            && lastRefused(load, callers));
            outcomes = load.stop();
        } finally {
            nodes.model().pace(Duration.ZERO);
        }
        Bill bill = Bill.of(nodes, outcomes);
        long spent = spent(nodes, key);
        String when = callers + " streams, a budget of " + budget + " tokens, " + kills + " kills";
        double share = 100.0 * spent / budget;
        List<Figure> figures = new ArrayList<>(bill.figures(when, outcomes));
        figures.add(new Figure(when + ": overspent", "0", Math.max(0, spent - budget) + " tokens", spent <= budget));
        figures.add(new Figure(when + ": usable", "≥ 99 %", Figure.number(share) + " %", share >= 100 * USABLE));
        long strange = outcomes.stream()
                .filter(outcome -> outcome.status() != 200 && outcome.status() != 0)
                .filter(outcome -> !outcome.code().equals("budget_exceeded"))
                .count();
        figures.add(Figure.none(when + ": refused for another reason", strange, outcomes.size() + " requests"));
        return figures;
    }

    /**
     * One node holds nearly all of a budget for long streams and dies, while others spend what little is left: when can one of them spend what
     * it held?
     *
     * @param noticed how long after the end of the lease that must be at most
     */
    static List<Figure> afterADeath(Nodes nodes, Duration lease, Duration noticed) {
        JsonNode key = nodes.mint("widow");
        long budget = 100_000;
        int streams = 10;
        int each = 9_000;
        limit(nodes, key, budget);
        Node dying = nodes.get(nodes.all().size() - 1);
        List<Node> others = nodes.all().subList(0, nodes.all().size() - 1);
        Load.Call all = call(key, streams * each);
        nodes.model().pace(Duration.ofMillis(100));
        var _ = nodes.model().mostActive();
        String refusal;
        long died;
        long freeAt;
        List<Outcome> outcomes;
        try (var _ = Load.startStreams(List.of(dying), call(key, each), streams, Duration.ofSeconds(1))) {
            Until.holds("most of it is held", () -> nodes.model().mostActive() >= streams);
            try (Load rest = Load.startStreams(others, call(key, TOKENS), 4, Duration.ofSeconds(1))) {
                refusal = Load.once(others.get(0), all, false).code();
                died = System.nanoTime();
                dying.kill();
                nodes.model().pace(Duration.ZERO);
                Until.holds(
                        "the others may spend it",
                        () -> Load.once(others.get(1), all, false).whole());
                freeAt = System.nanoTime();
                outcomes = rest.stop();
            }
        } finally {
            nodes.model().pace(Duration.ZERO);
        }
        dying.start();
        Bill bill = Bill.of(nodes, outcomes);
        long spent = spent(nodes, key);
        String when = "a dead node held " + streams * each + " of a budget of " + budget + " tokens";
        double bound = lease.plus(noticed).toMillis() / 1e3;
        List<Figure> figures = new ArrayList<>();
        figures.add(new Figure(
                when + ": a call for as much, before it died",
                "refused",
                refusal.isEmpty() ? "served" : refusal,
                refusal.equals("budget_exceeded")));
        figures.add(new Figure(
                when + ": served through another node after",
                "≤ " + Figure.number(bound) + " s (lease " + lease.toSeconds() + " s, and noticed)",
                Figure.number((freeAt - died) / 1e9) + " s",
                (freeAt - died) / 1e9 <= bound));
        figures.add(new Figure(when + ": overspent", "0", Math.max(0, spent - budget) + " tokens", spent <= budget));
        figures.addAll(bill.figures(when, outcomes));
        return figures;
    }

    private static boolean lastRefused(Load load, int callers) {
        List<Outcome> outcomes = load.outcomes();
        return outcomes.size() > callers
                && outcomes.subList(outcomes.size() - callers, outcomes.size()).stream()
                        .allMatch(outcome -> outcome.code().equals("budget_exceeded"));
    }

    private static Load.Call call(JsonNode key, int tokens) {
        return new Load.Call(
                "/endpoint/" + Nodes.PROJECT + "/" + Nodes.WORKLOAD + "/v1/chat/completions",
                key.get("name").asString(),
                key.get("credential").asString(),
                "\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"max_tokens\":" + tokens);
    }

    private static void limit(Nodes nodes, JsonNode key, long tokens) {
        Node first = nodes.get(0);
        first.http()
                .send(
                        "PUT",
                        "/api/projects/" + Nodes.PROJECT + "/keys/"
                                + key.get("id").asString() + "/budget",
                        first.operator(),
                        Http.JSON.writeValueAsString(Map.of("tokens", tokens, "period", "total")))
                .expect(200);
    }

    /** What the store has of it. */
    private static long spent(Nodes nodes, JsonNode key) {
        try (Connection connection = nodes.connect();
                PreparedStatement statement = connection.prepareStatement("""
                        select coalesce(sum(r.input_tokens + r.output_tokens), 0)
                          from usage_records r join usage_series s on s.id = r.series
                         where s.key_id = ?""")) {
            statement.setString(1, key.get("id").asString());
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
