package dev.inferencekey.e2e.nodes;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * What the answer to a revocation promises.
 *
 * @param at when it was in the caller's hands, {@link System#nanoTime}
 * @param took how long the caller waited for it, milliseconds
 * @param acknowledged nodes on which the change is in force
 * @param mayServeUntil nodes that could not be reached, and until when each may go on serving
 */
record Receipt(long at, double took, Set<String> acknowledged, Map<String, Instant> mayServeUntil) {
    static Receipt of(JsonNode propagation, long sentAt, long at) {
        Set<String> acknowledged = new TreeSet<>();
        Map<String, Instant> mayServeUntil = new HashMap<>();
        for (JsonNode node : propagation.get("nodes")) {
            String name = node.get("node").asString();
            switch (node.get("state").asString()) {
                case "acknowledged" -> acknowledged.add(name);
                case "may_serve_until" ->
                    mayServeUntil.put(
                            name, Instant.parse(node.get("may_serve_until").asString()));
                default -> {
                    // It serves nobody.
                }
            }
        }
        return new Receipt(at, (at - sentAt) / 1e6, acknowledged, mayServeUntil);
    }
}
