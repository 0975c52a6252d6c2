package dev.inferencekey.server.manager.http;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.limit.LimitBound;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.node.ServingNodes;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Limits as JSON: three members, each null for no limit, and {@code bound} where several nodes share them, which says how far they hold.
 * Stateless and thread-safe.
 */
public final class LimitsJson {
    private static final String REQUESTS = "requests_per_minute";
    private static final String TOKENS = "tokens_per_minute";
    private static final String CONCURRENT = "max_concurrent_requests";
    private static final String BOUND = "bound";

    private LimitsJson() {}

    private static Map<String, @Nullable Object> of(Limits limits) {
        return Json.object(
                REQUESTS, limits.requestsPerMinute(),
                TOKENS, limits.tokensPerMinute(),
                CONCURRENT, limits.maxConcurrentRequests());
    }

    /** {@code serving} are the nodes that share them. */
    public static Map<String, @Nullable Object> of(Limits limits, ServingNodes serving) {
        Map<String, @Nullable Object> json = of(limits);
        if (serving.nodes() > 1 && !limits.unlimited()) {
            LimitBound bound = LimitBound.of(limits, serving.nodes(), serving.cutOff());
            json.put(
                    BOUND,
                    Json.object(
                            "nodes", bound.nodes(),
                            "cut_off_nodes", bound.cutOff(),
                            "each_cut_off_node_adds", of(bound.eachAdds()),
                            "at_most", of(bound.atMost())));
        }
        return json;
    }

    /** All limits that these fields name; what is null or absent is not limited. A bound may come along, as it was read. */
    public static Limits read(JsonFields fields) {
        fields.refuseUnknown(List.of(REQUESTS, TOKENS, CONCURRENT, BOUND));
        return new Limits(
                fields.integer(REQUESTS, 1, Limits.MOST_REQUESTS),
                fields.integer(TOKENS, 1, Limits.MOST_TOKENS),
                fields.integer(CONCURRENT, 1, Limits.MOST_CONCURRENT));
    }
}
