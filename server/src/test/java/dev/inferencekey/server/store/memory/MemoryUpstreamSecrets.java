package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import dev.inferencekey.server.store.memory.MemoryState.Pair;
import dev.inferencekey.server.store.memory.MemoryState.Sealed;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

final class MemoryUpstreamSecrets implements UpstreamSecretStore {
    private final MemorySession session;

    MemoryUpstreamSecrets(MemorySession session) {
        this.session = session;
    }

    @Override
    public void put(String projectId, String name, SecretBinding binding, byte[] sealed, Instant at) {
        MemoryState state = session.writing();
        MemorySession.require(state.projects.containsKey(projectId), "project");
        Instant createdAt = entry(projectId, name).map(Entry::createdAt).orElse(at);
        state.secrets.put(
                new Pair(projectId, name), new Sealed(new Entry(projectId, name, binding, createdAt, at), sealed));
    }

    @Override
    public Optional<byte[]> find(String projectId, String name) {
        return Optional.ofNullable(session.reading().secrets.get(new Pair(projectId, name)))
                .map(Sealed::bytes);
    }

    @Override
    public Optional<Entry> entry(String projectId, String name) {
        return Optional.ofNullable(session.reading().secrets.get(new Pair(projectId, name)))
                .map(secret -> secret.entry);
    }

    @Override
    public List<Entry> list(String projectId) {
        return session.reading().secrets.values().stream()
                .map(secret -> secret.entry)
                .filter(entry -> entry.projectId().equals(projectId))
                .toList();
    }

    @Override
    public boolean delete(String projectId, String name) {
        return session.writing().secrets.remove(new Pair(projectId, name)) != null;
    }
}
