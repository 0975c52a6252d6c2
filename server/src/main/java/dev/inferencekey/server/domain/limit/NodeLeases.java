package dev.inferencekey.server.domain.limit;

import java.util.Map;
import java.util.Set;

/**
 * Which nodes live, as the store sees it at one moment. Immutable.
 *
 * @param nowMicros the store's clock, microseconds since 1970
 * @param live the ids of the nodes whose lease runs
 * @param lostAtMicros when the leases of others were found to have run out, by the same clock
 */
public record NodeLeases(long nowMicros, Set<String> live, Map<String, Long> lostAtMicros) {
    public NodeLeases {
        live = Set.copyOf(live);
        lostAtMicros = Map.copyOf(lostAtMicros);
    }

    boolean isLive(String node) {
        return live.contains(node);
    }

    /** When the lease of a node that does not live has ended at the latest. */
    long ended(String node) {
        return lostAtMicros.getOrDefault(node, nowMicros);
    }
}
