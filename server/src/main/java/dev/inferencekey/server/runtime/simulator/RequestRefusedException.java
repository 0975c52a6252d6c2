package dev.inferencekey.server.runtime.simulator;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The request can't be answered as it is; ends in an error of OpenAI's shape. */
final class RequestRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;
    private final @Nullable String param;

    RequestRefusedException(int status, String code, @Nullable String param, String message) {
        super(message);
        this.status = status;
        this.code = code;
        this.param = param;
    }

    /** 400 for the body as a whole. */
    static RequestRefusedException invalid(String message) {
        return new RequestRefusedException(400, "invalid_request", null, message);
    }

    /** 400 for one field; the message says what would be right. */
    static RequestRefusedException invalid(String param, String message) {
        return new RequestRefusedException(400, "invalid_request", param, message);
    }

    /** 400 for a field that asks for what no simulator does. */
    static RequestRefusedException unsupported(String param) {
        return invalid(param, param + " is not supported by the simulator; leave it out");
    }

    /** For the caller. */
    @Override
    public String getMessage() {
        return Objects.requireNonNull(super.getMessage());
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    /** The field at fault, null if it is not one. */
    @Nullable
    String param() {
        return param;
    }
}
