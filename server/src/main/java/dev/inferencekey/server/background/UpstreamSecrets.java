package dev.inferencekey.server.background;

import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.domain.upstream.UpstreamSettings;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.runtime.BoundSecret;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The secrets that workloads refer to as {@code secret_ref} in their config. Thread-safe. */
final class UpstreamSecrets {
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
     * @param problem what to tell people if it refers to one that is not there, can't be opened or is not for where its calls go, else
     *     null
     */
    record Reference(@Nullable Instant setAt, @Nullable String problem) {}

    Reference reference(Workload workload) {
        String name = name(workload);
        if (name == null) {
            return new Reference(null, null);
        }
        return store.read(session -> session.upstreamSecrets()
                .entry(workload.projectId(), name)
                .map(entry -> new Reference(entry.updatedAt(), problem(session, workload, entry)))
                .orElseGet(() -> new Reference(
                        null,
                        "the project has no secret \"" + name
                                + "\" that config.secret_ref names; set it with: ik secret set " + name + " --project "
                                + workload.projectSlug() + " --host …")));
    }

    private @Nullable String problem(StoreSession session, Workload workload, UpstreamSecretStore.Entry entry) {
        String unreadable = unreadable(session, workload, entry.name());
        return unreadable == null ? refusal(workload, entry.binding()) : unreadable;
    }

    /** What is no valid address is told by the runtime, which is then given the secret and has no host to send it to. */
    private static @Nullable String refusal(Workload workload, SecretBinding binding) {
        try {
            return UpstreamSettings.parse(config(workload)).refusal(binding);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** What to tell people if the master key doesn't open the secret, null if it does. */
    private @Nullable String unreadable(StoreSession session, Workload workload, String name) {
        try {
            session.upstreamSecrets()
                    .find(workload.projectId(), name)
                    .ifPresent(
                            bytes -> cipher.open(bytes, UpstreamSecretStore.sealContext(workload.projectId(), name)));
            return null;
        } catch (IllegalStateException e) {
            return "the secret \"" + name
                    + "\" can't be opened: it is damaged, or master.key is not the one that it was"
                    + " stored with; put the right master.key back, or store the secret again: ik secret set " + name
                    + " --project " + workload.projectSlug() + " --host …";
        }
    }

    /** The secret, for the hosts that it is for; null if the workload refers to none. */
    @Nullable
    BoundSecret bound(Workload workload) {
        String name = name(workload);
        if (name == null) {
            return null;
        }
        String projectId = workload.projectId();
        return store.read(session -> {
            UpstreamSecretStore secrets = session.upstreamSecrets();
            byte[] sealed = secrets.find(projectId, name).orElseThrow(UpstreamSecrets::deleted);
            SecretBinding binding = secrets.entry(projectId, name)
                    .orElseThrow(UpstreamSecrets::deleted)
                    .binding();
            return new BoundSecret(cipher.open(sealed, UpstreamSecretStore.sealContext(projectId, name)), binding);
        });
    }

    private static IllegalStateException deleted() {
        return new IllegalStateException("the secret has just been deleted");
    }

    private static @Nullable String name(Workload workload) {
        return config(workload).get(UpstreamSettings.SECRET_REF) instanceof String name ? name : null;
    }

    private static Map<String, @Nullable Object> config(Workload workload) {
        Map<String, @Nullable Object> config = workload.config();
        return config == null ? Map.of() : config;
    }
}
