package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.upstream.SecretBinding;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Secrets that workloads refer to by name ({@code secret_ref}), sealed; see {@code SecretCipher}. */
public interface UpstreamSecretStore {
    /**
     * All of a secret but its value.
     *
     * @param binding what it may be used for
     * @param createdAt when there first was a secret of this name
     * @param updatedAt when its value was written last
     */
    record Entry(String projectId, String name, SecretBinding binding, Instant createdAt, Instant updatedAt) {}

    /** What a secret's ciphertext is bound to, so that it opens in this project under this name only; see {@code SecretCipher}. */
    static String sealContext(String projectId, String name) {
        return "upstream-secret:" + projectId + "/" + name;
    }

    /** Makes the secret, or replaces its value and what it may be used for. */
    void put(String projectId, String name, SecretBinding binding, byte[] sealed, Instant at);

    /** The sealed value. */
    Optional<byte[]> find(String projectId, String name);

    /** All but the value. */
    Optional<Entry> entry(String projectId, String name);

    /** By name. A project has few. */
    List<Entry> list(String projectId);

    boolean delete(String projectId, String name);
}
