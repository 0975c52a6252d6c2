package dev.inferencekey.server.domain.access;

import dev.inferencekey.contract.error.ErrorCode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a request is let through or refused.
 *
 * @param code what the caller is told, null if the request is let through
 * @param rule the rule that decided, in words
 * @param checks in the order in which they are made; after the first that failed, none is reached
 * @param remedy null if the request is let through
 */
public record AccessExplanation(
        Plane plane,
        @Nullable ErrorCode code,
        String rule,
        List<Check> checks,
        @Nullable Remedy remedy) {
    /** What is checked. */
    public enum Subject {
        /** Whether the request line can be read. */
        REQUEST,
        /** Whether the credential is of the plane's kind. */
        KIND,
        /** Whether the credential is neither revoked nor disabled nor expired. */
        ALIVE,
        /** Whether something is served at this path with this method. */
        ROUTE,
        /** Whether the credential is of the project addressed. */
        PROJECT,
        /** Whether a token's scopes or a key's grants cover it. */
        PERMISSION,
        /** Whether what is addressed exists. */
        EXISTS
    }

    /** How a check ended. */
    public enum Result {
        PASSED,
        FAILED,
        /** Does not matter for this request. */
        NOT_NEEDED,
        NOT_REACHED
    }

    /** One check; {@code text} says for people what was found, empty if nothing was looked at. */
    public record Check(Subject subject, Result result, String text) {}

    public AccessExplanation {
        checks = List.copyOf(checks);
        if ((code == null) != (remedy == null)) {
            throw new IllegalArgumentException("what is refused has a code and a remedy");
        }
    }

    public boolean allowed() {
        return code == null;
    }
}
