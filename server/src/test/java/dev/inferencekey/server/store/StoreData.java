package dev.inferencekey.server.store;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.inference.TestUsage;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.project.Member;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.project.Tenant;
import dev.inferencekey.server.domain.project.User;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.ports.store.Store;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Things to put into a store. */
public final class StoreData {
    public static final Instant NOW = Instant.parse("2026-06-15T09:12:44.123456Z");
    public static final Tenant TENANT = new Tenant("ten_0001", "default", "Default", NOW);
    public static final Project ACME = project("proj_0001", "acme");
    public static final Project GLOBEX = project("proj_0002", "globex");
    public static final User ANN = user("usr_0001", "ann@acme.test", false);
    public static final User BOB = user("usr_0002", "bob@acme.test", false);

    private StoreData() {}

    /** Two projects of one tenant, and two people who belong to neither. */
    public static void fill(Store store) {
        store.write(session -> {
            session.projects().insertTenant(TENANT);
            session.projects().insert(ACME);
            session.projects().insert(GLOBEX);
            session.users().insert(ANN);
            return session.users().insert(BOB);
        });
    }

    public static Project project(String id, String slug) {
        return new Project(id, TENANT.id(), slug, "The " + slug + " project", NOW);
    }

    public static User user(String id, String email, boolean tenantOwner) {
        return new User(id, TENANT.id(), email, "$argon2id$…", tenantOwner, NOW);
    }

    public static Member member(Project project, User user, Role role) {
        return new Member(project.id(), project.slug(), user.id(), user.email(), role, NOW);
    }

    public static UserSession userSession(String id, User user, Instant expiresAt) {
        return new UserSession(
                id, user.id(), digest(1), NOW, expiresAt, "192.0.2.7", "Browser/1", NOW, UserSession.Kind.COOKIE);
    }

    public static Workload workload(String id, Project project, String slug) {
        Map<String, @Nullable Object> config = new LinkedHashMap<>();
        config.put("command", "llama-server -m tiny.gguf");
        config.put("nothing", null);
        return workload(id, project, slug, config);
    }

    public static Workload workload(
            String id, Project project, String slug, @Nullable Map<String, @Nullable Object> config) {
        return new Workload(
                id,
                project.id(),
                project.slug(),
                slug,
                "The " + slug,
                null,
                TaskType.TEXT2TEXT,
                "llamacpp",
                "tiny",
                config,
                null,
                "gpu_1",
                null,
                null,
                1,
                NOW,
                NOW);
    }

    public static CredentialSecret secret(String publicId, int seed) {
        return new CredentialSecret(publicId, digest(seed), NOW, null, null, null);
    }

    public static IssuedApiKey apiKey(String id, Project project, Grants grants, CredentialSecret... secrets) {
        return new IssuedApiKey(
                id,
                project.id(),
                project.slug(),
                "web",
                grants,
                CredentialState.ACTIVE,
                null,
                Limits.NONE,
                NOW,
                "ann@acme.test",
                List.of(secrets));
    }

    public static IssuedSdkToken sdkToken(String id, Project project, Set<Scope> scopes, CredentialSecret... secrets) {
        return new IssuedSdkToken(
                id,
                project.id(),
                project.slug(),
                "deploy",
                scopes,
                CredentialState.ACTIVE,
                NOW.plusSeconds(60),
                NOW,
                "operator",
                List.of(secrets));
    }

    public static AuditEvent auditEvent(String id, String action, @Nullable String projectSlug) {
        return new AuditEvent(
                id, NOW, "operator", action, projectSlug, "key_1", "127.0.0.1", Map.of("public_id", "a1b2c3d4"));
    }

    public static UsageRecord usage(
            String id, Project project, String workloadSlug, String keyId, int status, long tokens) {
        return usage(id, project, workloadSlug, keyId, NOW, status, tokens, null);
    }

    public static UsageRecord usage(String id, Project project, String workloadSlug, String keyId, Instant at) {
        return usage(id, project, workloadSlug, keyId, at, 200, 5, null);
    }

    /** A request whose answer broke after its head. */
    public static UsageRecord brokenUsage(String id, Project project, String workloadSlug, String keyId) {
        return usage(id, project, workloadSlug, keyId, NOW, 200, 5, "upstream_error");
    }

    public static UsageRecord usage(
            String id,
            Project project,
            String workloadSlug,
            String keyId,
            Instant at,
            int status,
            long tokens,
            @Nullable String error) {
        TestUsage usage = TestUsage.of(id, at)
                .project(project.slug())
                .workload("wl_1", workloadSlug)
                .key(keyId, "a1b2c3d4")
                .streamed()
                .error(error);
        return (status == 200 ? usage.tokens(tokens, tokens) : usage.refused(status)).record();
    }

    static SecretDigest digest(int seed) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) seed);
        return SecretDigest.of(bytes);
    }
}
