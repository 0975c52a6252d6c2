package dev.inferencekey;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Too much at once or in total (429): requests, tokens, concurrent calls, or a budget; {@link #code()} says which. */
public final class RateLimitException extends ApiException {
    private final @Nullable Duration retryAfter;

    RateLimitException(String message, ErrorDetails details, @Nullable Duration retryAfter) {
        super("rate limited: " + message, details);
        this.retryAfter = retryAfter;
    }

    /** How long the server asks to wait, to the second; empty if it does not say. */
    public Optional<Duration> retryAfter() {
        return Optional.ofNullable(retryAfter);
    }
}
