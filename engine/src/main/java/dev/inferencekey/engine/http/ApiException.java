package dev.inferencekey.engine.http;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** A request that is answered with an error in OpenAI's shape; the message is for the caller. */
final class ApiException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String type;
    private final String code;

    @Nullable
    private final String param;

    private ApiException(int status, String type, String code, @Nullable String param, String message) {
        super(message);
        this.status = status;
        this.type = type;
        this.code = code;
        this.param = param;
    }

    /** 400: {@code param} names the field at fault, if it is one field. */
    static ApiException invalid(@Nullable String param, String message) {
        return new ApiException(400, "invalid_request_error", "invalid_request", param, message);
    }

    static ApiException tooLong(String message) {
        return new ApiException(400, "invalid_request_error", "context_length_exceeded", null, message);
    }

    static ApiException unauthorized() {
        return new ApiException(
                401, "authentication_error", "invalid_api_key", null, "This engine answers its platform only.");
    }

    static ApiException notFound(String method, String path) {
        return new ApiException(
                404,
                "not_found_error",
                "route_not_served",
                null,
                "The embedded engine does not serve " + method + " " + path + ".");
    }

    static ApiException tooLarge(long limit) {
        return new ApiException(
                413,
                "invalid_request_error",
                "body_too_large",
                null,
                "The body is larger than " + (limit >> 20) + " MiB; send less.");
    }

    static ApiException internal() {
        return new ApiException(500, "server_error", "internal", null, "The engine failed while serving this request.");
    }

    /** 501: a route that the loaded model is not prepared for. */
    static ApiException unsupported(String message) {
        return new ApiException(501, "not_supported_error", "route_not_served", null, message);
    }

    static ApiException unavailable(String message) {
        return new ApiException(503, "unavailable_error", "workload_not_ready", null, message);
    }

    int status() {
        return status;
    }

    String type() {
        return type;
    }

    String code() {
        return code;
    }

    @Nullable
    String param() {
        return param;
    }

    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage());
    }
}
