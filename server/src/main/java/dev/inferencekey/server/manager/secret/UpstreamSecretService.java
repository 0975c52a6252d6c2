package dev.inferencekey.server.manager.secret;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.workload.SecretName;
import dev.inferencekey.server.manager.project.ProjectService;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.runtime.WorkloadRuntime;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import java.util.List;
import java.util.Map;

/** Keeps the secrets that workloads refer to by name. They go in and never come out on this side. Thread-safe. */
public final class UpstreamSecretService {
    /** The longest secret, in characters. */
    public static final int MAX_LENGTH = 8192;

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

    /** Makes the secret or replaces its value. */
    public void put(Requester by, Project project, String name, String value) {
        if (!SecretName.isValid(name)) {
            throw RefusedException.invalid("name", "a secret's name must have " + SecretName.RULE);
        }
        if (value.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw RefusedException.invalid(
                    "value",
                    "value must be visible ASCII, since it is sent in a header; check for a line break at its end");
        }
        byte[] sealed = cipher.seal(value, UpstreamSecretStore.sealContext(project.id(), name));
        store.<Boolean>write(session -> {
            ProjectService.present(session, project);
            session.upstreamSecrets().put(project.id(), name, sealed, clock.now());
            audit.note(session, by, "secret.written", project.slug(), name, Map.of());
            return true;
        });
        runtime.changed();
    }

    public void delete(Requester by, Project project, String name) {
        store.<Boolean>write(session -> {
            if (!session.upstreamSecrets().delete(project.id(), name)) {
                throw RefusedException.notFound(
                        "there is no secret \"" + JsonFields.show(name) + "\" in project \"" + project.slug() + "\"");
            }
            audit.note(session, by, "secret.deleted", project.slug(), name, Map.of());
            return true;
        });
        runtime.changed();
    }
}
