package dev.inferencekey.server.manager.secret;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.domain.workload.SecretName;
import dev.inferencekey.server.manager.project.ProjectService;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.runtime.WorkloadRuntime;
import dev.inferencekey.server.ports.store.AccessChangeLog;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Keeps the secrets that workloads refer to by name. They go in and never come out on this side. Thread-safe. */
public final class UpstreamSecretService {
    /** The longest secret, in characters. */
    public static final int MAX_LENGTH = 8192;

    private static final Pattern OWN = Pattern.compile("(?i)(?:Bearer +)?ik_(?:sdk|session|operator|invite)_");

    private final Store store;
    private final Clock clock;
    private final SecretCipher cipher;
    private final AuditTrail audit;
    private final WorkloadRuntime runtime;

    public UpstreamSecretService(
            Store store, Clock clock, SecretCipher cipher, AuditTrail audit, WorkloadRuntime runtime) {
        this.store = store;
        this.clock = clock;
        this.cipher = cipher;
        this.audit = audit;
        this.runtime = runtime;
    }

    public List<UpstreamSecretStore.Entry> list(Project project) {
        return store.read(session -> session.upstreamSecrets().list(project.id()));
    }

    /**
     * Makes the secret, or replaces its value and what it may be used for.
     *
     * @param binding for at least one host, or for engines
     */
    public void put(Requester by, Project project, String name, String value, SecretBinding binding) {
        if (!SecretName.isValid(name)) {
            throw RefusedException.invalid("name", "a secret's name must have " + SecretName.RULE);
        }
        if (value.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw RefusedException.invalid(
                    "value",
                    "value must be visible ASCII, since it is sent in a header; check for a line break at its end");
        }
        refuseOwnCredential(value);
        if (binding.hosts().isEmpty() && !binding.engines()) {
            throw RefusedException.invalid(
                    "hosts",
                    "hosts is required: say where the secret may be sent, such as [\"api.example.com\"]; it is sent nowhere else."
                            + " engines: true instead, for one that only model servers of this machine are given");
        }
        byte[] sealed = cipher.seal(value, UpstreamSecretStore.sealContext(project.id(), name));
        store.<Boolean>write(session -> {
            ProjectService.present(session, project);
            LiveKey.parse(value.strip()).ifPresent(key -> refuseOwnKey(session, key));
            session.upstreamSecrets().put(project.id(), name, binding, sealed, clock.now());
            // No workload has this id: it only makes the node that decides look again.
            session.accessChanges().append(AccessChangeLog.Subject.REPLICA, project.id());
            audit.note(
                    session,
                    by,
                    AuditAction.SECRET_WRITTEN,
                    project.slug(),
                    name,
                    Map.of("hosts", binding.hostsText(), "engines", Boolean.toString(binding.engines())));
            return true;
        });
        runtime.changed();
    }

    /** Only an API key calls inference; none of the others is ever right here, wherever it was made. */
    private static void refuseOwnCredential(String value) {
        if (OWN.matcher(value.strip()).lookingAt()) {
            throw RefusedException.invalid(
                    "value",
                    "value is an InferenceKey credential that calls no model; store the key of the provider that the hosts belong to");
        }
    }

    /** With a key of ours, a workload would call this installation; one of another installation is a provider's like any other. */
    private static void refuseOwnKey(StoreSession session, LiveKey key) {
        if (session.apiKeys().findByPublicId(key.publicId()).isPresent()) {
            throw RefusedException.invalid(
                    "value",
                    "value is an API key of this installation (" + key.redacted()
                            + "); a workload must not call the platform that it runs on");
        }
    }

    public void delete(Requester by, Project project, String name) {
        store.<Boolean>writeUrgently(session -> {
            if (!session.upstreamSecrets().delete(project.id(), name)) {
                throw RefusedException.notFound(
                        "there is no secret \"" + JsonFields.show(name) + "\" in project \"" + project.slug() + "\"");
            }
            session.accessChanges().append(AccessChangeLog.Subject.REPLICA, project.id());
            audit.note(session, by, AuditAction.SECRET_DELETED, project.slug(), name, Map.of());
            return true;
        });
        runtime.changed();
    }
}
