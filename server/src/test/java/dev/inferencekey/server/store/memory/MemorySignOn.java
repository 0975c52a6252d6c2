package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.signon.SignOnSettings;
import dev.inferencekey.server.ports.store.SignOnStore;
import dev.inferencekey.server.store.memory.MemoryState.Identity;
import java.time.Instant;
import java.util.Optional;

final class MemorySignOn implements SignOnStore {
    private final MemorySession session;

    MemorySignOn(MemorySession session) {
        this.session = session;
    }

    @Override
    public Optional<SignOnSettings> settings(String tenantId) {
        return Optional.ofNullable(session.reading().providers.get(tenantId)).map(provider -> provider.settings);
    }

    @Override
    public Optional<byte[]> sealedSecret(String tenantId) {
        return Optional.ofNullable(session.reading().providers.get(tenantId)).map(MemoryState.Provider::sealedSecret);
    }

    @Override
    public void put(String tenantId, SignOnSettings settings, byte[] sealedSecret) {
        MemoryState state = session.writing();
        MemorySession.require(state.tenants.containsKey(tenantId), "tenant");
        state.providers.put(tenantId, new MemoryState.Provider(settings, sealedSecret));
    }

    @Override
    public boolean delete(String tenantId) {
        return session.writing().providers.remove(tenantId) != null;
    }

    @Override
    public Optional<String> userOf(String issuer, String subject) {
        return session.reading().identities.stream()
                .filter(identity ->
                        identity.issuer().equals(issuer) && identity.subject().equals(subject))
                .map(Identity::userId)
                .findFirst();
    }

    @Override
    public boolean link(String issuer, String subject, String userId, Instant at) {
        MemoryState state = session.writing();
        MemorySession.require(state.users.containsKey(userId), "user");
        boolean taken = state.identities.stream()
                .anyMatch(identity -> identity.issuer().equals(issuer)
                        && (identity.subject().equals(subject)
                                || identity.userId().equals(userId)));
        return !taken && state.identities.add(new Identity(issuer, subject, userId));
    }
}
