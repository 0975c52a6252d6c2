package dev.inferencekey;

import dev.inferencekey.contract.error.ErrorCode;
import org.jspecify.annotations.Nullable;

/**
 * What a failed call is known by.
 *
 * @param statusCode the HTTP status, 0 if there was no answer
 * @param code the server's code, such as {@code slug_taken}
 * @param requestId the server's name for the request
 */
record ErrorDetails(
        int statusCode, @Nullable String code, @Nullable String requestId) {
    /** Of a failure that no answer is behind. */
    static final ErrorDetails NONE = new ErrorDetails(0, null, null);

    /** Of a failure that the client saw coming, under the code that the server would have used. */
    static ErrorDetails local(ErrorCode code) {
        return new ErrorDetails(0, code.wire(), null);
    }
}
