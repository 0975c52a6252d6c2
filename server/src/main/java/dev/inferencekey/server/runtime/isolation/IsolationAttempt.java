package dev.inferencekey.server.runtime.isolation;

import org.jspecify.annotations.Nullable;

/**
 * What came of trying one kind of isolation.
 *
 * @param problem why it does not work, null if it does
 */
public record IsolationAttempt(
        EngineIsolation kind, @Nullable String problem) {
    public boolean works() {
        return problem == null;
    }

    /** For people. */
    @Override
    public String toString() {
        return kind.text() + (problem == null ? " works" : ": " + problem);
    }
}
