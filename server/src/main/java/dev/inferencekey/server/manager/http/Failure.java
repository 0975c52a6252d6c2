package dev.inferencekey.server.manager.http;

import dev.inferencekey.contract.error.ErrorCode;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong, as a caller may know it.
 *
 * @param message one sentence that says what to do; never a secret
 * @param field the path of the offending field, null if it is none
 * @param headers further headers of the answer
 */
public record Failure(
        ErrorCode code, String message, @Nullable String field, Map<String, String> headers) {
    public Failure {
        headers = Map.copyOf(headers);
    }
}
