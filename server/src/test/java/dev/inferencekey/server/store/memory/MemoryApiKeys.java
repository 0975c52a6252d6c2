package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.domain.credential.SecretUse;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.ports.store.ApiKeyStore;
import dev.inferencekey.server.ports.store.Excerpt;
import dev.inferencekey.server.ports.store.KeyFilter;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

final class MemoryApiKeys implements ApiKeyStore {
    private final MemorySession session;

    MemoryApiKeys(MemorySession session) {
        this.session = session;
    }

    @Override
    public boolean insert(IssuedApiKey credential) {
        MemoryState state = session.writing();
        MemorySession.require(state.projects.containsKey(credential.projectId()), "project");
        if (credential.secrets().stream()
                .anyMatch(secret -> findByPublicId(secret.publicId()).isPresent())) {
            return false;
        }
        state.apiKeys.put(credential.id(), credential);
        return true;
    }

    @Override
    public Optional<IssuedApiKey> find(String id) {
        return Optional.ofNullable(session.reading().apiKeys.get(id));
    }

    @Override
    public Optional<IssuedApiKey> findByPublicId(String publicId) {
        return session.reading().apiKeys.values().stream()
                .filter(key -> MemorySecrets.has(key.secrets(), publicId))
                .findFirst();
    }

    @Override
    public Page<IssuedApiKey> list(String projectId, KeyFilter filter, Instant now, PageRequest page) {
        return MemorySession.page(of(projectId).filter(key -> filter.shows(key, now)), IssuedApiKey::id, true, page);
    }

    @Override
    public Excerpt<IssuedApiKey> expiring(
            String projectId, Instant from, Instant until, Instant madeBefore, int limit) {
        return Excerpt.of(
                of(projectId)
                        .filter(key -> key.state() == CredentialState.ACTIVE
                                && key.createdAt().isBefore(madeBefore)
                                && MemorySecrets.within(key.expiresAt(), from, until))
                        .sorted(Comparator.comparing(key -> Objects.requireNonNull(key.expiresAt())))
                        .limit(limit + 1L)
                        .toList(),
                limit);
    }

    @Override
    public Excerpt<IssuedApiKey> idleWithEntireProject(String projectId, Instant now, Instant unusedSince, int limit) {
        return Excerpt.of(
                of(projectId)
                        .filter(key -> key.grants().entireProject()
                                && Liveness.of(key.state(), key.expiresAt(), null, now) == Liveness.ALIVE
                                && key.secrets().stream()
                                        .noneMatch(secret -> !secret.createdAt().isBefore(unusedSince)
                                                || (secret.lastUsedAt() != null
                                                        && !secret.lastUsedAt().isBefore(unusedSince))))
                        .limit(limit + 1L)
                        .toList(),
                limit);
    }

    private Stream<IssuedApiKey> of(String projectId) {
        return session.reading().apiKeys.values().stream()
                .filter(key -> key.projectId().equals(projectId));
    }

    @Override
    public void forEachLive(Consumer<IssuedApiKey> action) {
        session.reading().apiKeys.values().stream()
                .filter(key -> key.state() != CredentialState.REVOKED)
                .forEach(action);
    }

    @Override
    public boolean update(String id, String name, Grants grants, @Nullable Instant expiresAt, Limits limits) {
        return change(
                id,
                key -> new IssuedApiKey(
                        key.id(),
                        key.projectId(),
                        key.projectSlug(),
                        name,
                        grants,
                        key.state(),
                        expiresAt,
                        limits,
                        key.createdAt(),
                        key.createdBy(),
                        key.secrets()));
    }

    @Override
    public boolean setState(String id, CredentialState state) {
        return change(id, key -> with(key, state, key.secrets()));
    }

    @Override
    public boolean rotate(String id, CredentialSecret fresh, Instant oldNotAfter) {
        MemorySession.require(session.writing().apiKeys.containsKey(id), "credential");
        if (findByPublicId(fresh.publicId()).isPresent()) {
            return false;
        }
        return change(id, key -> with(key, key.state(), MemorySecrets.rotated(key.secrets(), fresh, oldNotAfter)));
    }

    @Override
    public void endOverlap(String id, Instant at) {
        change(id, key -> with(key, key.state(), MemorySecrets.withoutOverlap(key.secrets(), at)));
    }

    @Override
    public void recordUses(List<SecretUse> uses) {
        uses.forEach(use -> session.writing()
                .apiKeys
                .replaceAll((id, key) -> with(key, key.state(), MemorySecrets.used(key.secrets(), use))));
    }

    private boolean change(String id, UnaryOperator<IssuedApiKey> change) {
        return session.writing().apiKeys.computeIfPresent(id, (key, before) -> change.apply(before)) != null;
    }

    private static IssuedApiKey with(IssuedApiKey key, CredentialState state, List<CredentialSecret> secrets) {
        return new IssuedApiKey(
                key.id(),
                key.projectId(),
                key.projectSlug(),
                key.name(),
                key.grants(),
                state,
                key.expiresAt(),
                key.limits(),
                key.createdAt(),
                key.createdBy(),
                secrets);
    }
}
