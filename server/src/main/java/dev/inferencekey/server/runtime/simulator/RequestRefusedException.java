package dev.inferencekey.server.runtime.simulator;

import java.util.Objects;

/** The request can't be answered as it is; ends in an error of OpenAI's shape. */
final class RequestRefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String code;

    RequestRefusedException(int status, String code, String message) {
        super(message);
        this.status = status;
        this.code = code;
    }

    static RequestRefusedException invalid(String message) {
        return new RequestRefusedException(400, "invalid_request", message);
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
}
