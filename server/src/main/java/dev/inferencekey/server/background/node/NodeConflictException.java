package dev.inferencekey.server.background.node;

/** Another node has this one's name, or its data folder. */
public final class NodeConflictException extends RuntimeException {
    private static final long serialVersionUID = 1;

    NodeConflictException(String message) {
        super(message);
    }
}
