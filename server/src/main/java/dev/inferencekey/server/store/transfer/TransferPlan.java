package dev.inferencekey.server.store.transfer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which tables go along when an installation moves, and in which order: each behind those that its rows refer to. Stateless and thread-safe.
 *
 * <p>Notes. What is true of running processes (nodes, what they hold) ends with them and stays behind, and so does the log of changes:
 * nodes on the other store begin by reading everything. A table that is in neither list fails a test until somebody has decided.
 */
final class TransferPlan {
    /** Flyway's own; the other store has one already. */
    static final String SCHEMA_HISTORY = "flyway_schema_history";
    /** The log of changes, which goes on behind the last number that either store used. */
    static final String CHANGES = "access_changes";

    /** What ends with the processes that wrote it. */
    static final Set<String> OF_PROCESSES = Set.of(
            SCHEMA_HISTORY,
            CHANGES,
            "leases",
            "limit_slices",
            "nodes",
            "replicas",
            "scheduled_tasks",
            "workload_asks",
            "workload_runs");

    /** What a store keeps when all else in it is replaced: nobody is ever given the same token of a lease twice. */
    static final Set<String> STAYS = Set.of(SCHEMA_HISTORY, "leases");

    private TransferPlan() {}

    /** The tables that go along, parents first. */
    static List<TableShape> order(List<TableShape> tables) {
        Map<String, TableShape> left = tables.stream()
                .filter(table -> !OF_PROCESSES.contains(table.name()))
                .collect(Collectors.toMap(TableShape::name, table -> table, (one, other) -> one, LinkedHashMap::new));
        List<TableShape> ordered = new ArrayList<>();
        while (!left.isEmpty()) {
            Set<String> ready = new LinkedHashSet<>();
            left.values().stream()
                    .filter(table -> table.parents().stream().noneMatch(left::containsKey))
                    .forEach(table -> ready.add(table.name()));
            if (ready.isEmpty()) {
                throw new IllegalStateException("tables refer to each other in a circle: " + left.keySet());
            }
            ready.forEach(name -> ordered.add(left.remove(name)));
        }
        return ordered;
    }
}
