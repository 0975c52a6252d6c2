package dev.inferencekey.server.domain.limit;

import org.jspecify.annotations.Nullable;

/**
 * How far limits hold that several nodes share: exactly as long as each of them reaches the store, and with this much more for each that
 * does not.
 *
 * @param nodes that may admit requests
 * @param cutOff how many of them are cut off now, or gone
 * @param eachAdds what a node admits by itself while it is cut off
 * @param atMost what all nodes together admit at most now
 */
public record LimitBound(int nodes, int cutOff, Limits eachAdds, Limits atMost) {
    public static LimitBound of(Limits limits, int nodes, int cutOff) {
        Limits each = limits.ofCutOffNode(nodes);
        return new LimitBound(
                nodes,
                cutOff,
                each,
                new Limits(
                        sum(limits, each, Shortage.Kind.REQUESTS, cutOff, Limits.MOST_REQUESTS),
                        sum(limits, each, Shortage.Kind.TOKENS, cutOff, Limits.MOST_TOKENS),
                        sum(limits, each, Shortage.Kind.CONCURRENT_REQUESTS, cutOff, Limits.MOST_CONCURRENT)));
    }

    private static @Nullable Integer sum(Limits limits, Limits each, Shortage.Kind kind, int cutOff, int most) {
        Integer limit = limits.of(kind);
        Integer more = each.of(kind);
        return limit == null || more == null ? null : Math.toIntExact(Math.min(most, limit + (long) cutOff * more));
    }
}
