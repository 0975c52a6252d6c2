package dev.inferencekey.server.manager.access;

import dev.inferencekey.server.domain.access.Caller;
import org.jspecify.annotations.Nullable;

/**
 * Who is calling.
 *
 * @param sessionId the public half of the session of a signed-in person, null for other callers
 */
public record Authenticated(Caller caller, @Nullable String sessionId) {
    static final Authenticated ANONYMOUS = new Authenticated(new Caller.Anonymous(), null);

    /** For routes that take no credential. */
    public static Authenticated anonymous() {
        return ANONYMOUS;
    }
}
