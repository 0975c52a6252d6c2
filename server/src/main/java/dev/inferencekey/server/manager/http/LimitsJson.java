package dev.inferencekey.server.manager.http;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.limit.Limits;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Limits as JSON: three members, each null for no limit. Stateless and thread-safe. */
public final class LimitsJson {
    private static final String REQUESTS = "requests_per_minute";
    private static final String TOKENS = "tokens_per_minute";
    private static final String CONCURRENT = "max_concurrent_requests";

    private LimitsJson() {}

    public static Map<String, @Nullable Object> of(Limits limits) {
        return Json.object(
                REQUESTS, limits.requestsPerMinute(),
                TOKENS, limits.tokensPerMinute(),
                CONCURRENT, limits.maxConcurrentRequests());
    }

    /** All limits that these fields name; what is null or absent is not limited. */
    public static Limits read(JsonFields fields) {
        fields.refuseUnknown(List.of(REQUESTS, TOKENS, CONCURRENT));
        return new Limits(
                fields.integer(REQUESTS, 1, Limits.MOST_REQUESTS),
                fields.integer(TOKENS, 1, Limits.MOST_TOKENS),
                fields.integer(CONCURRENT, 1, Limits.MOST_CONCURRENT));
    }
}
