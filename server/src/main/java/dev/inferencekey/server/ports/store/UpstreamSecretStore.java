package dev.inferencekey.server.ports.store;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Secrets that workloads refer to by name ({@code secret_ref}), sealed; see {@code SecretCipher}. */
public interface UpstreamSecretStore {
    /** Name and age of a secret, without its value. */
    record Entry(String projectId, String name, Instant updatedAt) {}

    /** What a secret's ciphertext is bound to, so that it opens in this project under this name only; see {@code SecretCipher}. */
    static String sealContext(String projectId, String name) {
        return "upstream-secret:" + projectId + "/" + name;
    }

    void put(String projectId, String name, byte[] sealed, Instant at);

    Optional<byte[]> find(String projectId, String name);

    /** By name. A project has few. */
    List<Entry> list(String projectId);

    boolean delete(String projectId, String name);
}
