package dev.inferencekey.cli.up;

/** Settings were to change that a running server can't change; none has. */
public final class NeedsRestartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public NeedsRestartException(Throwable cause) {
        super("a setting that differs needs a restart", cause);
    }
}
