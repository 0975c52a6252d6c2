package dev.inferencekey.e2e.nodes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What a request costs a node with PostgreSQL behind it, against one with SQLite: processor time, in turn, on the same machine. */
final class CostPerRequest {
    private static final int CALLERS = 8;
    private static final double MOST = 1.05;

    private CostPerRequest() {}

    /**
     * Short rounds of requests at one and the other in turn, each first in every other round, so that what else the machine does falls on both.
     * The ratio is that of all rounds together: a single one says little, since how threads fall on processors moves it by a tenth.
     *
     * @param warmUp rounds that are thrown away, since code is compiled meanwhile
     */
    static List<Figure> run(Nodes postgres, Nodes sqlite, int rounds, int warmUp, int requests) {
        Load.Call onPostgres = Nodes.chat("cost", postgres.key("cost"));
        Load.Call onSqlite = Nodes.chat("cost", sqlite.key("cost"));
        List<Double> ratios = new ArrayList<>();
        double totalPostgres = 0;
        double totalSqlite = 0;
        for (int round = -warmUp; round < rounds; round++) {
            boolean turned = round % 2 == 0;
            double first = turned ? cost(sqlite, onSqlite, requests) : cost(postgres, onPostgres, requests);
            double second = turned ? cost(postgres, onPostgres, requests) : cost(sqlite, onSqlite, requests);
            if (round >= 0) {
                totalPostgres += turned ? second : first;
                totalSqlite += turned ? first : second;
                ratios.add(turned ? second / first : first / second);
            }
        }
        List<Double> sorted = ratios.stream().sorted().toList();
        return List.of(
                Figure.atMost(
                        "cost of a request on PostgreSQL, against SQLite", MOST, totalPostgres / totalSqlite, "×"),
                Figure.stated(
                        "cost of a request on SQLite", Figure.number(totalSqlite / rounds) + " µs of processor time"),
                Figure.stated(
                        "cost of a request: rounds",
                        rounds + " of " + requests + " requests; half of their ratios from "
                                + Figure.number(sorted.get(rounds / 4)) + " to "
                                + Figure.number(sorted.get(rounds * 3 / 4))));
    }

    private static double cost(Nodes nodes, Load.Call call, int requests) {
        Node node = nodes.get(0);
        Duration before = node.cpu();
        try (Load load = Load.start(List.of(node), call, CALLERS, Duration.ZERO)) {
            Until.more(load, requests);
            List<Outcome> outcomes = load.stop();
            if (outcomes.stream().anyMatch(Outcome::failed)) {
                throw new AssertionError("a call failed: "
                        + outcomes.stream().filter(Outcome::failed).findFirst());
            }
            return node.cpu().minus(before).toNanos() / 1e3 / outcomes.size();
        }
    }
}
