package dev.inferencekey.server.background;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Tenant;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.store.Store;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Small things that several tests declare. */
public final class Fixtures {
    public static final Instant CREATED = Instant.parse("2026-06-15T09:00:00Z");

    /** Tells wrong contexts from right ones, and encrypts nothing. */
    public static final SecretCipher CIPHER = new SecretCipher() {
        @Override
        public byte[] seal(String plaintext, String context) {
            return (context + "|" + plaintext).getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String open(byte[] sealed, String context) {
            String text = new String(sealed, StandardCharsets.UTF_8);
            if (!text.startsWith(context + "|")) {
                throw new IllegalStateException("sealed for something else");
            }
            return text.substring(context.length() + 1);
        }
    };

    private Fixtures() {}

    public static IdSource ids() {
        AtomicLong count = new AtomicLong();
        return prefix -> prefix + "_" + String.format("%026d", count.incrementAndGet());
    }

    public static void project(Store store) {
        store.write(session -> {
            session.projects().insertTenant(new Tenant("ten_1", "default", "Default", CREATED));
            return session.projects().insert(new Project("proj_1", "ten_1", "acme", "Acme", CREATED));
        });
    }

    public static Workload workload(
            String id,
            String backend,
            long revision,
            @Nullable Map<String, @Nullable Object> config,
            @Nullable String policy,
            @Nullable Map<String, @Nullable Object> policyConfig) {
        return new Workload(
                id,
                "proj_1",
                "acme",
                "bot-" + id.substring(id.indexOf('_') + 1),
                "Bot",
                null,
                TaskType.TEXT2TEXT,
                backend,
                "tiny",
                config,
                null,
                null,
                policy,
                policyConfig,
                revision,
                CREATED,
                CREATED);
    }

    public static Workload workload(String id) {
        return workload(id, "simulator", 1, null, null, null);
    }

    public static Workload pinned(Workload workload, String workerId) {
        return copy(workload, workload.modelName(), workerId);
    }

    static Workload withModel(Workload workload, String modelName) {
        return copy(workload, modelName, workload.workerId());
    }

    private static Workload copy(Workload workload, String modelName, @Nullable String workerId) {
        return new Workload(
                workload.id(),
                workload.projectId(),
                workload.projectSlug(),
                workload.slug(),
                workload.name(),
                workload.description(),
                workload.taskType(),
                workload.backend(),
                modelName,
                workload.config(),
                workerId,
                workload.gpuResourceId(),
                workload.executionPolicy(),
                workload.executionPolicyConfig(),
                workload.revision(),
                workload.createdAt(),
                workload.updatedAt());
    }

    public static IssuedApiKey key(String id, String publicId) {
        return new IssuedApiKey(
                id,
                "proj_1",
                "acme",
                "web",
                Grants.ofEntireProject(),
                CredentialState.ACTIVE,
                null,
                Limits.NONE,
                CREATED,
                "operator",
                List.of(new CredentialSecret(publicId, SecretDigest.of(new byte[32]), CREATED, null, null, null)));
    }
}
