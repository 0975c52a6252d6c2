package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.credential.CredentialSearch;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.domain.credential.Liveness;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which SDK tokens of a project a list shows: those that fit every part; null parts fit all.
 *
 * @param state as people see it: {@link Liveness#ALIVE} is active, and an expired token is neither active nor disabled
 */
public record TokenFilter(
        @Nullable CredentialSearch search, @Nullable Liveness state) {
    /** Every token. */
    public static final TokenFilter ALL = new TokenFilter(null, null);

    /** Whether the list shows this token at the time {@code now}. */
    public boolean shows(IssuedSdkToken token, Instant now) {
        return (search == null || search.finds(token.id(), token.name(), token.secrets()))
                && (state == null || state == Liveness.of(token.state(), token.expiresAt(), null, now));
    }
}
