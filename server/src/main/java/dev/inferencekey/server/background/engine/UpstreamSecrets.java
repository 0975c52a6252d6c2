package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.domain.engine.EngineSecrets;
import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.domain.upstream.UpstreamSettings;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.runtime.BoundSecret;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The secrets that workloads refer to in their config: for where calls go, and for their engines' environment. Thread-safe. */
final class UpstreamSecrets {
    private static final String UPSTREAM_FIELD = "config." + UpstreamSettings.SECRET_REF;

    private final SecretCipher cipher;

    UpstreamSecrets(SecretCipher cipher) {
        this.cipher = cipher;
    }

    /**
     * What a workload refers to.
     *
     * @param setAt when the youngest of its secrets was set, null if the workload refers to none
     * @param problem what to tell people if it refers to one that is not there, can't be opened or is not for where its calls go, else
     *     null
     */
    record Reference(@Nullable Instant setAt, @Nullable String problem) {
        Reference and(Reference other) {
            boolean later = setAt == null || (other.setAt != null && other.setAt.isAfter(setAt));
            return new Reference(later ? other.setAt : setAt, problem == null ? other.problem : problem);
        }
    }

    Reference reference(StoreSession session, Workload workload) {
        Reference all = new Reference(null, null);
        String upstream = name(workload);
        if (upstream != null) {
            all = reference(session, workload, upstream, UPSTREAM_FIELD, binding -> refusal(workload, binding));
        }
        for (Map.Entry<String, String> secret :
                EngineSecrets.in(workload.config()).entrySet()) {
            String variable = secret.getKey();
            String name = secret.getValue();
            all = all.and(reference(
                    session,
                    workload,
                    name,
                    EngineSecrets.field(variable),
                    binding -> EngineSecrets.refusal(variable, name, binding)));
        }
        return all;
    }

    /** @param refusal why the workload must not have a secret that is bound like this, null if it may */
    private Reference reference(
            StoreSession session,
            Workload workload,
            String name,
            String field,
            Function<SecretBinding, @Nullable String> refusal) {
        UpstreamSecretStore.Entry entry =
                session.upstreamSecrets().entry(workload.projectId(), name).orElse(null);
        if (entry == null) {
            return new Reference(
                    null,
                    "the project has no secret \"" + name + "\" that " + field + " names; set it with: "
                            + command(workload, name, field));
        }
        String unreadable = unreadable(session, workload, name, field);
        return new Reference(entry.updatedAt(), unreadable == null ? refusal.apply(entry.binding()) : unreadable);
    }

    private static String command(Workload workload, String name, String field) {
        return "ik secret set " + name + " --project " + workload.projectSlug()
                + (field.equals(UPSTREAM_FIELD) ? " --host …" : " --for-engines");
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
    private @Nullable String unreadable(StoreSession session, Workload workload, String name, String field) {
        try {
            session.upstreamSecrets()
                    .find(workload.projectId(), name)
                    .ifPresent(
                            bytes -> cipher.open(bytes, UpstreamSecretStore.sealContext(workload.projectId(), name)));
            return null;
        } catch (IllegalStateException e) {
            return "the secret \"" + name
                    + "\" can't be opened: it is damaged, or master.key is not the one that it was"
                    + " stored with; put the right master.key back, or store the secret again: "
                    + command(workload, name, field);
        }
    }

    /** The secret, for the hosts that it is for; null if the workload refers to none. */
    @Nullable
    BoundSecret bound(StoreSession session, Workload workload) {
        String name = name(workload);
        return name == null ? null : bound(session, workload, name);
    }

    /** The secrets for its engine's environment, by variable. */
    Map<String, BoundSecret> environment(StoreSession session, Workload workload) {
        Map<String, BoundSecret> secrets = new HashMap<>();
        EngineSecrets.in(workload.config())
                .forEach((variable, name) -> secrets.put(variable, bound(session, workload, name)));
        return secrets;
    }

    private BoundSecret bound(StoreSession session, Workload workload, String name) {
        String projectId = workload.projectId();
        UpstreamSecretStore secrets = session.upstreamSecrets();
        byte[] sealed = secrets.find(projectId, name).orElseThrow(UpstreamSecrets::deleted);
        SecretBinding binding = secrets.entry(projectId, name)
                .orElseThrow(UpstreamSecrets::deleted)
                .binding();
        return new BoundSecret(cipher.open(sealed, UpstreamSecretStore.sealContext(projectId, name)), binding);
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
