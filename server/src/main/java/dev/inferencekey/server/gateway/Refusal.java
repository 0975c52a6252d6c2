package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Why a request is not served.
 *
 * @param message for people: says what to do, tells no more than the caller may know, holds no secret
 * @param retryAfterSeconds what {@code Retry-After} says; 0 for no such header
 * @param explainUrl where people find out more, relative to the platform's address; null if there is no such place
 * @param allow the methods that {@code Allow} tells; null for no such header
 * @param resetsAt when a budget begins again; null if that is not what it is about
 */
record Refusal(
        ErrorCode code,
        String message,
        long retryAfterSeconds,
        @Nullable String explainUrl,
        @Nullable String allow,
        @Nullable Instant resetsAt) {
    Refusal(ErrorCode code, String message, long retryAfterSeconds) {
        this(code, message, retryAfterSeconds, null, null, null);
    }

    /** A method that the path does not have, but these. */
    static Refusal ofMethod(String message, String allow) {
        return new Refusal(ErrorCode.METHOD_NOT_ALLOWED, message, 0, null, allow, null);
    }

    /** The same, with the address where it is explained; null for none. */
    Refusal explainedAt(@Nullable String url) {
        return new Refusal(code, message, retryAfterSeconds, url, allow, resetsAt);
    }

    /** The same, with when what is used up begins again; null for never. */
    Refusal resetsAt(@Nullable Instant time) {
        return new Refusal(code, message, retryAfterSeconds, explainUrl, allow, time);
    }

    /** Our own fault; the caller can only name the request to whoever reads the log. */
    static Refusal internal() {
        return of(
                ErrorCode.INTERNAL, "something went wrong here; the log tells more under this request's X-Request-Id");
    }

    static Refusal of(ErrorCode code, String message) {
        return new Refusal(code, message, 0);
    }
}
