package dev.inferencekey.server.manager.access;

import dev.inferencekey.server.domain.access.Caller;
import org.jspecify.annotations.Nullable;

/**
 * Who is calling.
 *
 * @param session what a signed-in person showed, null for other callers
 */
public record Authenticated(Caller caller, @Nullable SessionCredential session) {
    static final Authenticated ANONYMOUS = new Authenticated(new Caller.Anonymous(), null);

    /** For routes that take no credential. */
    public static Authenticated anonymous() {
        return ANONYMOUS;
    }

    /** The public half of the session of a signed-in person, null for other callers. */
    public @Nullable String sessionId() {
        return session == null ? null : session.publicId();
    }
}
