package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;

/**
 * Why a request is not served.
 *
 * @param message for people: says what to do, tells no more than the caller may know, holds no secret
 * @param retryAfterSeconds what {@code Retry-After} says; 0 for no such header
 */
record Refusal(ErrorCode code, String message, long retryAfterSeconds) {
    /** Our own fault; the caller can only name the request to whoever reads the log. */
    static Refusal internal() {
        return of(
                ErrorCode.INTERNAL, "something went wrong here; the log tells more under this request's X-Request-Id");
    }

    static Refusal of(ErrorCode code, String message) {
        return new Refusal(code, message, 0);
    }
}
