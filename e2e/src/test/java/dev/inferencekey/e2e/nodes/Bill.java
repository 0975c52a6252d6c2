package dev.inferencekey.e2e.nodes;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.awaitility.Awaitility;

/** Holds what callers saw against what the store has of it: a request whose answer came whole has one record, and no request has two. */
final class Bill {
    /** How long after the last request the last record may come. */
    private static final Duration LONGEST = Duration.ofSeconds(90);

    private final Map<String, Integer> records;

    private Bill(Map<String, Integer> records) {
        this.records = records;
    }

    /** Reads it as soon as nothing is missing, or when it is too late for that. */
    static Bill of(Nodes nodes, List<Outcome> outcomes) {
        Bill[] last = new Bill[1];
        boolean[] complete = new boolean[1];
        long end = System.nanoTime() + LONGEST.toNanos();
        Awaitility.await("the bill")
                .forever()
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(250))
                .until(() -> {
                    last[0] = read(nodes);
                    complete[0] = last[0].lost(outcomes).isEmpty();
                    return complete[0] || System.nanoTime() > end;
                });
        return last[0];
    }

    private static Bill read(Nodes nodes) throws SQLException {
        Map<String, Integer> records = new HashMap<>();
        try (Connection connection = nodes.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select request_id, count(*) from usage_records where request_id like 'load-%' group by 1")) {
            while (rows.next()) {
                records.put(rows.getString(1), rows.getInt(2));
            }
        }
        return new Bill(records);
    }

    /** Answered whole, and not in the bill. */
    List<Outcome> lost(List<Outcome> outcomes) {
        return outcomes.stream()
                .filter(Outcome::whole)
                .filter(outcome -> !records.containsKey(outcome.id()))
                .toList();
    }

    /** More than once in the bill. */
    Set<String> doubled() {
        Set<String> doubled = new TreeSet<>();
        records.forEach((id, count) -> {
            if (count > 1) {
                doubled.add(id);
            }
        });
        return doubled;
    }

    List<Figure> figures(String when, List<Outcome> outcomes) {
        long whole = outcomes.stream().filter(Outcome::whole).count();
        List<Outcome> lost = lost(outcomes);
        if (!lost.isEmpty()) {
            System.err.println("lost: " + lost.subList(0, Math.min(10, lost.size())));
        }
        return List.of(
                Figure.none(when + ": usage records lost", lost.size(), whole + " answers"),
                Figure.none(when + ": usage records doubled", doubled().size(), records.size() + " records"));
    }
}
