package dev.inferencekey.server.manager.service;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.access.Decision;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request that is answered with an error of the contract. The message is for people, says what to do, and holds no secret. Without a
 * stack trace: it is an answer, not a fault.
 */
public final class RefusedException extends RuntimeException {
    private final ErrorCode code;
    private final @Nullable String field;
    private final Map<String, String> headers;

    public RefusedException(ErrorCode code, String message) {
        this(code, message, null, Map.of());
    }

    private RefusedException(ErrorCode code, String message, @Nullable String field, Map<String, String> headers) {
        super(message, null, false, false);
        this.code = code;
        this.field = field;
        this.headers = Map.copyOf(headers);
    }

    public static RefusedException of(Decision.Deny deny) {
        return new RefusedException(deny.code(), deny.message());
    }

    /** A 400 that names the field. */
    public static RefusedException invalid(String field, String message) {
        return new RefusedException(ErrorCode.INVALID_REQUEST, message, field, Map.of());
    }

    public static RefusedException notFound(String message) {
        return new RefusedException(ErrorCode.NOT_FOUND, message);
    }

    public static RefusedException projectNotFound(String addressed) {
        return notFound("there is no project \"" + addressed + "\"");
    }

    public static RefusedException workloadNotFound(String slug, String projectSlug) {
        return new RefusedException(
                ErrorCode.WORKLOAD_NOT_FOUND,
                "there is no workload \"" + slug + "\" in project \"" + projectSlug + "\"");
    }

    public static RefusedException conflict(String message) {
        return new RefusedException(ErrorCode.CONFLICT, message);
    }

    /** A 405; {@code allow} is the value of the header of that name. */
    public static RefusedException methodNotAllowed(String method, String allow) {
        return new RefusedException(
                ErrorCode.METHOD_NOT_ALLOWED,
                method + " is not served here; " + allow + " is",
                null,
                Map.of("Allow", allow));
    }

    /** A 429 that says when to come back. */
    public static RefusedException tooMany(String what, Duration retryAfter) {
        long seconds = Math.max(1, retryAfter.plusMillis(999).toSeconds());
        return new RefusedException(
                ErrorCode.RATE_LIMIT_EXCEEDED,
                what + "; try again in " + seconds + " s",
                null,
                Map.of("Retry-After", Long.toString(seconds)));
    }

    /** The same refusal with one header more. */
    public RefusedException withHeader(String name, String value) {
        Map<String, String> more = new HashMap<>(headers);
        more.put(name, value);
        return new RefusedException(code, text(), field, more);
    }

    public ErrorCode code() {
        return code;
    }

    /** The path of the offending field, for a 400. */
    public @Nullable String field() {
        return field;
    }

    /** Further headers of the answer. */
    public Map<String, String> headers() {
        return headers;
    }

    /** Never null, as opposed to what the type says. */
    public String text() {
        String message = getMessage();
        return message == null ? code.wire() : message;
    }
}
