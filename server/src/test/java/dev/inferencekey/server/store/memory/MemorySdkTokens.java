package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.domain.credential.SecretUse;
import dev.inferencekey.server.ports.store.Excerpt;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.SdkTokenStore;
import dev.inferencekey.server.ports.store.TokenFilter;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.UnaryOperator;

final class MemorySdkTokens implements SdkTokenStore {
    private final MemorySession session;

    MemorySdkTokens(MemorySession session) {
        this.session = session;
    }

    @Override
    public boolean insert(IssuedSdkToken credential) {
        MemoryState state = session.writing();
        MemorySession.require(state.projects.containsKey(credential.projectId()), "project");
        if (credential.secrets().stream()
                .anyMatch(secret -> findByPublicId(secret.publicId()).isPresent())) {
            return false;
        }
        state.sdkTokens.put(credential.id(), credential);
        return true;
    }

    @Override
    public Optional<IssuedSdkToken> find(String id) {
        return Optional.ofNullable(session.reading().sdkTokens.get(id));
    }

    @Override
    public Optional<IssuedSdkToken> findByPublicId(String publicId) {
        return session.reading().sdkTokens.values().stream()
                .filter(token -> MemorySecrets.has(token.secrets(), publicId))
                .findFirst();
    }

    @Override
    public Page<IssuedSdkToken> list(String projectId, TokenFilter filter, Instant now, PageRequest page) {
        return MemorySession.page(
                session.reading().sdkTokens.values().stream()
                        .filter(token -> token.projectId().equals(projectId) && filter.shows(token, now)),
                IssuedSdkToken::id,
                true,
                page);
    }

    @Override
    public Excerpt<IssuedSdkToken> expiring(
            String projectId, Instant from, Instant until, Instant madeBefore, int limit) {
        return Excerpt.of(
                session.reading().sdkTokens.values().stream()
                        .filter(token -> token.projectId().equals(projectId)
                                && token.state() == CredentialState.ACTIVE
                                && token.createdAt().isBefore(madeBefore)
                                && MemorySecrets.within(token.expiresAt(), from, until))
                        .sorted(Comparator.comparing(token -> Objects.requireNonNull(token.expiresAt())))
                        .limit(limit + 1L)
                        .toList(),
                limit);
    }

    @Override
    public boolean setState(String id, CredentialState state) {
        return change(id, token -> with(token, state, token.secrets()));
    }

    @Override
    public boolean rotate(String id, CredentialSecret fresh, Instant oldNotAfter) {
        MemorySession.require(session.writing().sdkTokens.containsKey(id), "credential");
        if (findByPublicId(fresh.publicId()).isPresent()) {
            return false;
        }
        return change(
                id, token -> with(token, token.state(), MemorySecrets.rotated(token.secrets(), fresh, oldNotAfter)));
    }

    @Override
    public void endOverlap(String id, Instant at) {
        change(id, token -> with(token, token.state(), MemorySecrets.withoutOverlap(token.secrets(), at)));
    }

    @Override
    public void recordUses(List<SecretUse> uses) {
        uses.forEach(use -> session.writing()
                .sdkTokens
                .replaceAll((id, token) -> with(token, token.state(), MemorySecrets.used(token.secrets(), use))));
    }

    private boolean change(String id, UnaryOperator<IssuedSdkToken> change) {
        return session.writing().sdkTokens.computeIfPresent(id, (key, before) -> change.apply(before)) != null;
    }

    private static IssuedSdkToken with(IssuedSdkToken token, CredentialState state, List<CredentialSecret> secrets) {
        return new IssuedSdkToken(
                token.id(),
                token.projectId(),
                token.projectSlug(),
                token.name(),
                token.scopes(),
                state,
                token.expiresAt(),
                token.createdAt(),
                token.createdBy(),
                secrets);
    }
}
