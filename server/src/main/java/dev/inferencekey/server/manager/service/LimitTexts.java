package dev.inferencekey.server.manager.service;

import dev.inferencekey.server.domain.limit.Limits;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Limits as audit events tell them. Stateless and thread-safe. */
public final class LimitTexts {
    private LimitTexts() {}

    /** Such as {@code requests_per_minute=60 max_concurrent_requests=4}, or {@code none}. */
    public static String of(Limits limits) {
        StringJoiner text = new StringJoiner(" ").setEmptyValue("none");
        add(text, "requests_per_minute", limits.requestsPerMinute());
        add(text, "tokens_per_minute", limits.tokensPerMinute());
        add(text, "max_concurrent_requests", limits.maxConcurrentRequests());
        return text.toString();
    }

    private static void add(StringJoiner text, String name, @Nullable Integer limit) {
        if (limit != null) {
            text.add(name + "=" + limit);
        }
    }
}
