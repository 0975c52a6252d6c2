package dev.inferencekey.server.domain.limit;

import org.jspecify.annotations.Nullable;

/**
 * How much a key, or a workload by all keys together, may be used. Each part is null for no limit. None can be 0: what shall not be called
 * at all is disabled.
 *
 * @param requestsPerMinute from 1 to {@value #MOST_REQUESTS} in any 60 seconds
 * @param tokensPerMinute from 1 to {@value #MOST_TOKENS}, input and output together, in any 60 seconds
 * @param maxConcurrentRequests from 1 to {@value #MOST_CONCURRENT} under way at one moment
 */
public record Limits(
        @Nullable Integer requestsPerMinute,
        @Nullable Integer tokensPerMinute,
        @Nullable Integer maxConcurrentRequests) {
    public static final int MOST_REQUESTS = 100_000_000;
    public static final int MOST_TOKENS = 2_000_000_000;
    public static final int MOST_CONCURRENT = 1_000_000;

    /** No limit at all. */
    public static final Limits NONE = new Limits(null, null, null);

    public Limits {
        require("requests per minute", requestsPerMinute, MOST_REQUESTS);
        require("tokens per minute", tokensPerMinute, MOST_TOKENS);
        require("concurrent requests", maxConcurrentRequests, MOST_CONCURRENT);
    }

    /** The limit of this kind, null if there is none. */
    public @Nullable Integer of(Shortage.Kind kind) {
        return switch (kind) {
            case REQUESTS -> requestsPerMinute;
            case TOKENS -> tokensPerMinute;
            case CONCURRENT_REQUESTS -> maxConcurrentRequests;
        };
    }

    /** What a node among so many, itself included, admits of these by itself while it is cut off: at most this comes on top then. */
    public Limits ofCutOffNode(int nodes) {
        return new Limits(
                part(requestsPerMinute, nodes), part(tokensPerMinute, nodes), part(maxConcurrentRequests, nodes));
    }

    private static @Nullable Integer part(@Nullable Integer limit, int nodes) {
        return limit == null ? null : Math.toIntExact(SliceTerms.fallback(limit, nodes));
    }

    public boolean unlimited() {
        return equals(NONE);
    }

    private static void require(String what, @Nullable Integer limit, int most) {
        if (limit != null && (limit < 1 || limit > most)) {
            throw new IllegalArgumentException("a limit of " + what + " is from 1 to " + most + ", not " + limit);
        }
    }
}
