package dev.inferencekey.server.domain.upstream;

import java.util.List;

/**
 * What an operator says about where calls may go. Immutable and thread-safe.
 *
 * @param allowed if there are any, nothing else may be called
 * @param denied may not be called, allowed or not
 */
public record UpstreamRules(List<UpstreamRule> allowed, List<UpstreamRule> denied) {
    /** Nothing: all may be called that may be called at all. */
    public static final UpstreamRules NONE = new UpstreamRules(List.of(), List.of());

    public UpstreamRules {
        allowed = List.copyOf(allowed);
        denied = List.copyOf(denied);
    }
}
