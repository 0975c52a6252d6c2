package dev.inferencekey.e2e.nodes;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import tools.jackson.databind.JsonNode;

/**
 * What the answer to a revocation promises.
 *
 * @param at when it was in the caller's hands, {@link System#nanoTime}
 * @param took how long the caller waited for it, milliseconds
 * @param acknowledged nodes on which the change is in force
 * @param servesUntil nodes that could not be reached, and until when each may go on serving
 */
record Receipt(long at, double took, TreeSet<String> acknowledged, Map<String, Instant> servesUntil) {
    static Receipt of(JsonNode propagation, long sentAt, long at) {
        long epoch = propagation.get("epoch").asLong();
        TreeSet<String> acknowledged = new TreeSet<>();
        Map<String, Instant> servesUntil = new HashMap<>();
        for (JsonNode node : propagation.get("nodes")) {
            String name = node.get("node").asString();
            if (node.get("epoch").asLong() >= epoch) {
                acknowledged.add(name);
            }
            if (node.path("serves_until").isString()) {
                servesUntil.put(name, Instant.parse(node.get("serves_until").asString()));
            }
        }
        return new Receipt(at, (at - sentAt) / 1e6, acknowledged, servesUntil);
    }
}
