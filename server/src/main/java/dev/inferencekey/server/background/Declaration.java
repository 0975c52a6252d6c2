package dev.inferencekey.server.background;

import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A workload as declared, with the upstream secret that it refers to.
 *
 * @param secret null if it refers to none
 */
record Declaration(Workload workload, @Nullable Secret secret) {
    /** A secret that is referred to; {@code stored} is null if there is none of this name. */
    record Secret(String name, @Nullable Stored stored) {
        String context(Workload workload) {
            return "upstream-secret:" + workload.projectId() + ":" + name;
        }
    }

    /** The sealed bytes as they are in the store. */
    static final class Stored {
        private final byte[] sealed;
        private final Instant updatedAt;

        Stored(byte[] sealed, Instant updatedAt) {
            this.sealed = sealed.clone();
            this.updatedAt = updatedAt;
        }

        byte[] sealed() {
            return sealed.clone();
        }

        Instant updatedAt() {
            return updatedAt;
        }
    }

    Generation generation() {
        Stored stored = secret == null ? null : secret.stored();
        return new Generation(workload.revision(), stored == null ? null : stored.updatedAt());
    }

    /** Everything that is declared on this installation. */
    static List<Declaration> readAll(StoreSession session) {
        Map<String, Map<String, Instant>> secretsByProject = new HashMap<>();
        List<Declaration> declarations = new ArrayList<>();
        for (Workload workload : session.workloads().all()) {
            Object reference =
                    workload.config() == null ? null : workload.config().get("secret_ref");
            if (!(reference instanceof String name)) {
                declarations.add(new Declaration(workload, null));
                continue;
            }
            Map<String, Instant> ages =
                    secretsByProject.computeIfAbsent(workload.projectId(), project -> ages(session, project));
            Instant updatedAt = ages.get(name);
            byte[] sealed = updatedAt == null
                    ? null
                    : session.upstreamSecrets().find(workload.projectId(), name).orElse(null);
            Stored stored = updatedAt == null || sealed == null ? null : new Stored(sealed, updatedAt);
            declarations.add(new Declaration(workload, new Secret(name, stored)));
        }
        return declarations;
    }

    private static Map<String, Instant> ages(StoreSession session, String projectId) {
        Map<String, Instant> ages = new HashMap<>();
        for (UpstreamSecretStore.Entry entry : session.upstreamSecrets().list(projectId)) {
            ages.put(entry.name(), entry.updatedAt());
        }
        return ages;
    }
}
