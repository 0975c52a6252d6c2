package dev.inferencekey.contract.error;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Every code that the server puts into an error body, with the status that it is sent with. Immutable and thread-safe. */
public enum ErrorCode {
    INVALID_REQUEST(400),
    INVALID_TOKEN(401),
    INVALID_API_KEY(401),
    WRONG_CREDENTIAL_TYPE(403),
    PROJECT_SCOPE_MISMATCH(403),
    SCOPE_INSUFFICIENT(403),
    TOKEN_REVOKED(403),
    TOKEN_EXPIRED(403),
    /** Ours: a browser's state-changing request without the session's CSRF token. */
    CSRF_TOKEN_MISSING(403),
    /** Ours: the request is under a budget, and what it costs can't be told. */
    PRICE_MISSING(403),
    WORKLOAD_NOT_FOUND(404),
    ROUTE_NOT_SERVED(404),
    /** Ours: any other thing of the control plane that is not there; the message names it. */
    NOT_FOUND(404),
    /** Ours: the path exists, with other methods. */
    METHOD_NOT_ALLOWED(405),
    SLUG_TAKEN(409),
    /** Ours: a change that contradicts the present state; the message says how. */
    CONFLICT(409),
    BODY_TOO_LARGE(413),
    UNSUPPORTED_MEDIA_TYPE(415),
    RATE_LIMIT_EXCEEDED(429),
    BUDGET_EXCEEDED(429),
    CONCURRENCY_EXCEEDED(429),
    INTERNAL(500),
    UPSTREAM_ERROR(502),
    WORKLOAD_NOT_READY(503),
    WORKLOAD_FAILED(503),
    /** Ours: the store can't be written or read now, for instance because its disk is full. Nothing was changed. */
    STORE_UNAVAILABLE(503),
    /** Ours: this node does not know the credential and can't ask now. */
    ACCESS_STATE_UNAVAILABLE(503),
    /** Ours: the gateway serves inference, but can't reach the manager now. */
    CONTROL_PLANE_UNAVAILABLE(503),
    /** The request's usage could not be kept, and this installation rather refuses it than serve it unbilled. */
    METERING_UNAVAILABLE(503),
    UPSTREAM_TIMEOUT(504),
    /** Ours: the request has passed through this installation before, or through too many. */
    LOOP_DETECTED(508);

    private final int status;
    private final String wire = name().toLowerCase(Locale.ROOT);

    ErrorCode(int status) {
        this.status = status;
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The code on the wire. */
    public String wire() {
        return wire;
    }

    /**
     * What the data plane's error body says in {@code type}, the coarse kind that OpenAI clients know: for instance {@code
     * rate_limit_error}. Follows from the status.
     */
    public String type() {
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 429 -> "rate_limit_error";
            default -> status < 500 ? "invalid_request_error" : "server_error";
        };
    }

    /** The code with this name on the wire; empty for names that this version does not know. */
    public static Optional<ErrorCode> fromWire(String text) {
        return Arrays.stream(values()).filter(code -> code.wire.equals(text)).findFirst();
    }
}
