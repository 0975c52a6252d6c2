package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.credential.CredentialSearch;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.Liveness;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which API keys of a project a list shows: those that fit every part; null parts fit all.
 *
 * @param state as people see it: {@link Liveness#ALIVE} is active, and an expired key is neither active nor disabled
 * @param callable the slug of a workload that the key is granted, by that slug or with the entire project
 * @param entireProject only keys that are granted the entire project
 */
public record KeyFilter(
        @Nullable CredentialSearch search,
        @Nullable Liveness state,
        @Nullable String callable,
        boolean entireProject) {
    /** Every key. */
    public static final KeyFilter ALL = new KeyFilter(null, null, null, false);

    public boolean isAll() {
        return search == null && state == null && callable == null && !entireProject;
    }

    /** Whether the list shows this key at the time {@code now}. */
    public boolean shows(IssuedApiKey key, Instant now) {
        return (search == null || search.finds(key.id(), key.name(), key.secrets()))
                && (state == null || state == Liveness.of(key.state(), key.expiresAt(), null, now))
                && (callable == null || key.grants().covers(callable))
                && (!entireProject || key.grants().entireProject());
    }
}
