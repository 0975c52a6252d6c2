package dev.inferencekey.server.dashboard.key;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.manager.http.FormFields;
import org.jspecify.annotations.Nullable;

/** Limits as a form has them: texts, empty for no limit. */
public record LimitsChoice(String requestsPerMinute, String tokensPerMinute, String maxConcurrentRequests) {
    public static LimitsChoice of(FormFields form) {
        return new LimitsChoice(
                form.text("requests_per_minute").strip(),
                form.text("tokens_per_minute").strip(),
                form.text("max_concurrent_requests").strip());
    }

    public static LimitsChoice of(Limits limits) {
        return new LimitsChoice(
                text(limits.requestsPerMinute()), text(limits.tokensPerMinute()), text(limits.maxConcurrentRequests()));
    }

    /**
     * What this means.
     *
     * @throws InvalidFieldException at the limit that is no number, or out of range
     */
    public Limits limits() {
        return new Limits(
                number("limits.requests_per_minute", requestsPerMinute, Limits.MOST_REQUESTS),
                number("limits.tokens_per_minute", tokensPerMinute, Limits.MOST_TOKENS),
                number("limits.max_concurrent_requests", maxConcurrentRequests, Limits.MOST_CONCURRENT));
    }

    private static String text(@Nullable Integer limit) {
        return limit == null ? "" : limit.toString();
    }

    private static @Nullable Integer number(String field, String text, int most) {
        if (text.isEmpty()) {
            return null;
        }
        if (text.matches("[0-9]{1,10}")) {
            long number = Long.parseLong(text);
            if (number >= 1 && number <= most) {
                return (int) number;
            }
        }
        throw new InvalidFieldException(field, "must be a whole number from 1 to " + most + ", or empty for no limit");
    }
}
