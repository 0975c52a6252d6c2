package dev.inferencekey.server.ports.access;

import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.limit.Limits;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An API key as the data plane knows it. */
public record KeyEntry(
        String keyId,
        String projectSlug,
        Grants grants,
        CredentialState state,
        @Nullable Instant expiresAt,
        Limits limits,
        List<Budget> budgets,
        List<CredentialSecret> secrets) {
    public KeyEntry {
        budgets = List.copyOf(budgets);
        secrets = List.copyOf(secrets);
    }

    /** One without a budget. */
    public KeyEntry(
            String keyId,
            String projectSlug,
            Grants grants,
            CredentialState state,
            @Nullable Instant expiresAt,
            Limits limits,
            List<CredentialSecret> secrets) {
        this(keyId, projectSlug, grants, state, expiresAt, limits, List.of(), secrets);
    }

    public static KeyEntry of(IssuedApiKey key, List<Budget> budgets) {
        return new KeyEntry(
                key.id(),
                key.projectSlug(),
                key.grants(),
                key.state(),
                key.expiresAt(),
                key.limits(),
                budgets,
                key.secrets());
    }
}
