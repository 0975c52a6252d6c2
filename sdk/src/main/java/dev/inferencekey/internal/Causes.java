package dev.inferencekey.internal;

import dev.inferencekey.contract.credential.Redaction;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Causes of exceptions, fit to be shown. */
public final class Causes {
    private static final int DEEPEST = 32;

    private Causes() {}

    /**
     * The cause itself, or, if anything in its chain shows a credential (a server may echo one, and the JDK quotes servers), one
     * exception with the same stack trace and the credentials redacted.
     */
    public static @Nullable Throwable scrubbed(@Nullable Throwable cause) {
        if (cause == null || isClean(cause, 0)) {
            return cause;
        }
        IOException clean = new IOException(Redaction.scrub(cause.toString()));
        clean.setStackTrace(cause.getStackTrace());
        return clean;
    }

    private static boolean isClean(@Nullable Throwable cause, int depth) {
        if (cause == null) {
            return true;
        }
        if (depth > DEEPEST) {
            return false;
        }
        String shown = cause.toString();
        if (!Redaction.scrub(shown).equals(shown)) {
            return false;
        }
        for (Throwable suppressed : cause.getSuppressed()) {
            if (!isClean(suppressed, depth + 1)) {
                return false;
            }
        }
        return isClean(cause.getCause(), depth + 1);
    }
}
