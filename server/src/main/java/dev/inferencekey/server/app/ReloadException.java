package dev.inferencekey.server.app;

/** A running platform was to change what it can't change; nothing has changed. */
public final class ReloadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ReloadException() {
        super("settings differ that a running platform can't change");
    }
}
