package dev.inferencekey.server.manager.http;

import dev.inferencekey.contract.credential.Redaction;
import org.jspecify.annotations.Nullable;

/**
 * A failure as it may be logged: where it came from, with the same stack and causes, and without any credential in its messages.
 */
final class ScrubbedFailure extends Exception {
    ScrubbedFailure(Throwable failure) {
        super(Redaction.scrub(failure.toString()), causeOf(failure));
        setStackTrace(failure.getStackTrace());
    }

    private static @Nullable ScrubbedFailure causeOf(Throwable failure) {
        Throwable cause = failure.getCause();
        return cause == null ? null : new ScrubbedFailure(cause);
    }
}
