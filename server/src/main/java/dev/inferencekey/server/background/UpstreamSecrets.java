package dev.inferencekey.server.background;

import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The secrets that workloads refer to as {@code secret_ref} in their config. Thread-safe. */
final class UpstreamSecrets {
    private static final String SECRET_REF = "secret_ref";

    private final Store store;
    private final SecretCipher cipher;

    UpstreamSecrets(Store store, SecretCipher cipher) {
        this.store = store;
        this.cipher = cipher;
    }

    /**
     * What a workload refers to.
     *
     * @param setAt when the secret was set last, null if the workload refers to none
     * @param missing what to tell people if it refers to one that is not there, else null
     */
    record Reference(@Nullable Instant setAt, @Nullable String missing) {}

    Reference reference(Workload workload) {
        String name = name(workload);
        if (name == null) {
            return new Reference(null, null);
        }
        return store.read(session -> session.upstreamSecrets().list(workload.projectId()).stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .map(entry -> new Reference(entry.updatedAt(), null))
                .orElseGet(() -> new Reference(
                        null,
                        "the project has no secret \"" + name
                                + "\" that config.secret_ref names; set it with: ik secret set " + name + " --project "
                                + workload.projectSlug())));
    }

    /** The secret in clear, null if the workload refers to none. */
    @Nullable
    String value(Workload workload) {
        String name = name(workload);
        if (name == null) {
            return null;
        }
        byte[] sealed = store.read(session -> session.upstreamSecrets().find(workload.projectId(), name))
                .orElseThrow(() -> new IllegalStateException("the secret has just been deleted"));
        return cipher.open(sealed, UpstreamSecretStore.sealContext(workload.projectId(), name));
    }

    private static @Nullable String name(Workload workload) {
        Map<String, @Nullable Object> config = workload.config();
        return config != null && config.get(SECRET_REF) instanceof String name ? name : null;
    }
}
