package dev.inferencekey.cli.api;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The server answered, and the answer was no. The message is fit to be shown. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;
    private final String code;
    private final @Nullable String field;
    private final @Nullable String requestId;

    public RefusedException(
            int status, String code, String message, @Nullable String field, @Nullable String requestId) {
        super(message);
        this.status = status;
        this.code = code;
        this.field = field;
        this.requestId = requestId;
    }

    /** The HTTP status, 0 if the refusal was not one answer. */
    public int status() {
        return status;
    }

    public String code() {
        return code;
    }

    public Optional<String> field() {
        return Optional.ofNullable(field);
    }

    public Optional<String> requestId() {
        return Optional.ofNullable(requestId);
    }
}
