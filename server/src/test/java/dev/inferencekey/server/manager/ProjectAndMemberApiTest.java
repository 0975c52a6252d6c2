package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.inference.TestUsage;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.ApiClient.Reply;
import dev.inferencekey.server.ports.store.UpstreamSecretStore;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class ProjectAndMemberApiTest {
    private final TestManager manager = new TestManager();

    @AfterEach
    void stop() {
        manager.close();
    }

    @Test
    void aProjectsSlugIsMadeCanonicalAndUnique() {
        ApiClient operator = manager.asOperator();

        Reply made =
                operator.post("/api/projects", Map.of("name", "Acme GmbH & Co")).expect(201);

        assertThat(made.json()).containsEntry("slug", "acme-gmbh-co").containsEntry("name", "Acme GmbH & Co");
        assertThat(made.text("id")).startsWith("proj_");
        operator.post("/api/projects", Map.of("name", "x", "slug", "Acme_GmbH.Co"))
                .expect(409, "slug_taken");
        assertThat(operator.post("/api/projects", Map.of("name", "漢"))
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("name");
        assertThat(operator.get("/api/projects/acme-gmbh-co").json()).isEqualTo(made.json());
        assertThat(operator.get("/api/projects/" + made.text("id")).json()).isEqualTo(made.json());
    }

    @Test
    void anAdminRenamesAProjectAndItsAddressStays() {
        Project acme = manager.project("acme");
        ApiClient admin = manager.asMember(acme, Role.ADMIN);

        assertThat(admin.patch("/api/projects/acme", Map.of("name", " Acme & sons "))
                        .expect(200)
                        .json())
                .containsEntry("name", "Acme & sons")
                .containsEntry("slug", "acme");
        admin.patch("/api/projects/acme", Map.of("name", "Acme & sons")).expect(200);
        assertThat(admin.patch("/api/projects/acme", Map.of("name", "x", "slug", "y"))
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("slug");

        assertThat(admin.get("/api/projects/acme").text("name")).isEqualTo("Acme & sons");
        assertThat(admin.get("/api/projects/acme/audit?action=project.renamed").list())
                .singleElement()
                .satisfies(event ->
                        assertThat(event).containsEntry("details", Map.of("from", acme.name(), "to", "Acme & sons")));
    }

    @Test
    void whoMakesAProjectOwnsItAndSeesItsOwnOnly() {
        Project first = manager.project("first");
        manager.project("second");
        ApiClient owner = manager.asOwner();
        owner.post("/api/projects", Map.of("name", "mine")).expect(201);

        assertThat(slugs(manager.asMember(first, Role.VIEWER))).containsExactly("first");
        assertThat(slugs(owner)).containsExactly("first", "second", "mine");
        assertThat(slugs(manager.asOperator())).containsExactly("first", "second", "mine");
        assertThat(owner.get("/api/projects/mine/members").list())
                .singleElement()
                .satisfies(member -> assertThat(member)
                        .containsEntry("email", "owner@example.com")
                        .containsEntry("role", "owner"));
    }

    @Test
    void deletingAProjectTakesItsWorkloadsAndCredentialsWithIt() {
        Project acme = manager.project("acme");
        Workload bot = manager.workload(acme, "bot");
        var key = manager.key(acme);
        var token = manager.token(acme);
        manager.publication.takeIds();
        int changes = manager.runtime.changes.get();

        manager.asMember(acme, Role.OWNER).delete("/api/projects/acme").expect(204);

        assertThat(manager.publication.takeIds())
                .containsExactlyInAnyOrder(bot.id(), key.key().id());
        assertThat(manager.runtime.changes).hasValue(changes + 1);
        manager.as(token).get("/api/whoami").expect(401, "invalid_token");
        manager.asOperator().get("/api/projects/acme").expect(404, "not_found");
        manager.asOperator().get("/api/workloads/" + bot.id()).expect(404, "workload_not_found");
        assertThat(manager.asOperator().get("/api/audit?action=project.deleted").list())
                .hasSize(1);
    }

    @Test
    void anUnknownPersonNeedsAnInitialPasswordAndAKnownOneKeepsTheirs() {
        Project acme = manager.project("acme");
        Project other = manager.project("other");
        ApiClient owner = manager.asMember(acme, Role.OWNER);
        String members = "/api/projects/acme/members";

        assertThat(owner.post(members, Map.of("email", "Ada@Example.com", "role", "developer"))
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("initial_password");
        owner.post(members, Map.of("email", "ada@example.com", "role", "developer", "initial_password", "short"))
                .expect(400, "invalid_request");
        Reply added = owner.post(
                        members,
                        Map.of(
                                "email",
                                "Ada@Example.com",
                                "role",
                                "developer",
                                "initial_password",
                                TestManager.PASSWORD))
                .expect(201);

        assertThat(added.json()).containsEntry("email", "ada@example.com").containsEntry("role", "developer");
        manager.asPerson("ada@example.com", TestManager.PASSWORD)
                .get("/api/projects/acme")
                .expect(200);
        owner.post(members, Map.of("email", "ada@example.com", "role", "viewer"))
                .expect(409, "conflict");
        manager.asMember(other, Role.OWNER)
                .post(
                        "/api/projects/other/members",
                        Map.of("email", "ada@example.com", "role", "viewer", "initial_password", "taken over 1234"))
                .expect(201);
        manager.asPerson("ada@example.com", TestManager.PASSWORD)
                .get("/api/projects/other")
                .expect(200);
    }

    @Test
    void theLastOwnerStaysOne() {
        Project acme = manager.project("acme");
        ApiClient owner = manager.asMember(acme, Role.OWNER);
        String members = "/api/projects/acme/members";
        String first = String.valueOf(owner.get(members).list().getFirst().get("user_id"));

        owner.delete(members + "/" + first).expect(409, "conflict");
        owner.patch(members + "/" + first, Map.of("role", "admin")).expect(409, "conflict");
        manager.asOperator().delete(members + "/" + first).expect(409, "conflict");
        String second = owner.post(
                        members,
                        Map.of("email", "b@example.com", "role", "owner", "initial_password", TestManager.PASSWORD))
                .expect(201)
                .text("user_id");
        owner.patch(members + "/" + second, Map.of("role", "owner")).expect(200);
        owner.delete(members + "/" + first).expect(204);
        owner.get(members).expect(403, "project_scope_mismatch");
    }

    @Test
    void anAdminMakesAndChangesEverybodyButOwners() {
        Project acme = manager.project("acme");
        manager.asMember(acme, Role.OWNER);
        ApiClient admin = manager.asMember(acme, Role.ADMIN);
        String members = "/api/projects/acme/members";
        Map<String, Object> newOwner =
                Map.of("email", "x@example.com", "role", "owner", "initial_password", TestManager.PASSWORD);
        String owner = userId(admin, "owner@acme.example");
        String self = userId(admin, "admin@acme.example");

        admin.post(members, newOwner).expect(403, "scope_insufficient");
        admin.patch(members + "/" + owner, Map.of("role", "viewer")).expect(403, "scope_insufficient");
        admin.delete(members + "/" + owner).expect(403, "scope_insufficient");
        admin.patch(members + "/" + self, Map.of("role", "owner")).expect(403, "scope_insufficient");
        String other = admin.post(
                        members,
                        Map.of("email", "x@example.com", "role", "admin", "initial_password", TestManager.PASSWORD))
                .expect(201)
                .text("user_id");
        assertThat(admin.patch(members + "/" + other, Map.of("role", "viewer"))
                        .expect(200)
                        .json())
                .containsEntry("role", "viewer");
        admin.delete(members + "/" + other).expect(204);
        admin.delete(members + "/" + other).expect(404, "not_found");
        assertThat(manager.asOperator()
                        .get("/api/projects/acme/audit?action=member.role_changed")
                        .list())
                .singleElement()
                .satisfies(event -> assertThat(event.get("details"))
                        .isEqualTo(Map.of("email", "x@example.com", "old_role", "admin", "role", "viewer")));
    }

    @Test
    void upstreamSecretsGoInSealedAndNeverComeOut() {
        Project acme = manager.project("acme");
        ApiClient admin = manager.asMember(acme, Role.ADMIN);
        String value = "sk-upstream-secret-0123456789";
        int changes = manager.runtime.changes.get();

        admin.put(
                        "/api/projects/acme/secrets/openai",
                        Map.of("value", value, "hosts", List.of("API.example.com", "10.0.0.5:8000")))
                .expect(204);

        assertThat(admin.get("/api/projects/acme/secrets").expect(200).list())
                .containsExactly(Map.of(
                        "name",
                        "openai",
                        "hosts",
                        List.of("api.example.com", "10.0.0.5:8000"),
                        "engines",
                        false,
                        "created_at",
                        "2026-06-15T09:12:44Z",
                        "updated_at",
                        "2026-06-15T09:12:44Z"));
        byte[] sealed = manager.store
                .read(session -> session.upstreamSecrets().find(acme.id(), "openai"))
                .orElseThrow();
        assertThat(new String(sealed, StandardCharsets.UTF_8)).doesNotContain(value);
        assertThat(new StringBuilder(new String(sealed, StandardCharsets.UTF_8))
                        .reverse()
                        .toString())
                .isEqualTo(UpstreamSecretStore.sealContext(acme.id(), "openai") + "\n" + value);
        assertThat(manager.runtime.changes).hasValue(changes + 1);
        admin.delete("/api/projects/acme/secrets/openai").expect(204);
        admin.delete("/api/projects/acme/secrets/openai").expect(404, "not_found");
        assertThat(manager.asOperator().get("/api/audit").body()).doesNotContain(value);
    }

    @Test
    void upstreamSecretsHaveSaneNamesAndValues() {
        Project acme = manager.project("acme");
        ApiClient admin = manager.asMember(acme, Role.ADMIN);

        assertThat(admin.put("/api/projects/acme/secrets/a%2Fb", Map.of("value", "x"))
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("name");
        for (String wrong : List.of("", "line\nbreak", "trailing\n", "ü", "x".repeat(8193))) {
            assertThat(admin.unchecked()
                            .put("/api/projects/acme/secrets/ok", Map.of("value", wrong))
                            .expect(400, "invalid_request")
                            .text("field"))
                    .isEqualTo("value");
        }
    }

    @Test
    void anUpstreamSecretIsForHostsOrForEngines() {
        Project acme = manager.project("acme");
        ApiClient admin = manager.asMember(acme, Role.ADMIN);

        for (Map<String, Object> nowhere : List.of(
                Map.<String, Object>of("value", "x"),
                Map.<String, Object>of("value", "x", "hosts", List.of()),
                Map.<String, Object>of("value", "x", "engines", false))) {
            assertThat(admin.put("/api/projects/acme/secrets/s", nowhere)
                            .expect(400, "invalid_request")
                            .text("field"))
                    .isEqualTo("hosts");
        }
        for (String wrong : List.of(
                "https://api.example.com",
                "api.example.com/v1",
                "a b",
                "*.example.com",
                "h:0",
                "h:65536",
                "h:",
                "user@h",
                "169.254.169.254",
                "2130706433",
                "[fe80::1]:80")) {
            assertThat(admin.put("/api/projects/acme/secrets/s", Map.of("value", "x", "hosts", List.of("ok", wrong)))
                            .expect(400, "invalid_request")
                            .text("field"))
                    .as(wrong)
                    .isEqualTo("hosts[1]");
        }
        admin.put("/api/projects/acme/secrets/s", Map.of("value", "x", "engines", true))
                .expect(204);
        assertThat(admin.get("/api/projects/acme/secrets").expect(200).list())
                .singleElement()
                .satisfies(secret ->
                        assertThat(secret).containsEntry("hosts", List.of()).containsEntry("engines", true));
    }

    @Test
    void aCredentialOfThisInstallationIsNoUpstreamSecretButAKeyOfAnotherOneIs() {
        Project acme = manager.project("acme");
        ApiClient admin = manager.asMember(acme, Role.ADMIN);
        String key = admin.post("/api/projects/acme/keys", Map.of("name", "web", "grants", List.of("acme/*")))
                .expect(201)
                .text("credential");
        String hex = "0".repeat(64);

        for (String own : List.of(
                key,
                "ik_sdk_a1b2c3d4_" + hex,
                "ik_session_a1b2c3d4_" + hex,
                "ik_operator_a1b2c3d4_" + hex,
                "ik_invite_a1b2c3d4_" + hex)) {
            assertThat(admin.put("/api/projects/acme/secrets/loop", Map.of("value", own, "hosts", List.of("h")))
                            .expect(400, "invalid_request")
                            .text("field"))
                    .as(own)
                    .isEqualTo("value");
        }
        admin.put("/api/projects/acme/secrets/other", Map.of("value", "ik_live_a1b2c3d4_" + hex, "hosts", List.of("h")))
                .expect(204);
    }

    @Test
    void aDeclarationCanNotSendASecretToAnotherHostThanItIsFor() {
        Project acme = manager.project("acme");
        ApiClient admin = manager.asMember(acme, Role.ADMIN);
        ApiClient token = manager.as(manager.token(acme));
        admin.put(
                        "/api/projects/acme/secrets/openai",
                        Map.of("value", "sk-1", "hosts", List.of("api.example.com", "10.0.0.5:8000")))
                .expect(204);

        ApiClient.Reply refused = token.post("/api/projects/acme/workloads", external("http://127.0.0.1:18252"))
                .expect(400, "invalid_request");
        assertThat(refused.text("field")).isEqualTo("config.secret_ref");
        assertThat(refused.text("message")).contains("api.example.com, 10.0.0.5:8000", "127.0.0.1:18252");
        for (String elsewhere : List.of(
                "https://api.example.com.evil.test/v1",
                "https://evil.test/api.example.com",
                "http://10.0.0.5:8001",
                "http://10.0.0.5")) {
            token.post("/api/projects/acme/workloads", external(elsewhere)).expect(400, "invalid_request");
        }
        String id = token.post("/api/projects/acme/workloads", external("https://API.example.com./v1"))
                .expect(201)
                .text("id");
        token.patch("/api/workloads/" + id, Map.of("config", config("https://evil.test")))
                .expect(400, "invalid_request");
        token.patch("/api/workloads/" + id, Map.of("config", config("http://10.0.0.5:8000/v1")))
                .expect(200);
    }

    @Test
    void aDeclarationCanNotGiveAModelServerASecretThatIsNotForOne() {
        Project acme = manager.project("acme");
        ApiClient admin = manager.asMember(acme, Role.ADMIN);
        ApiClient token = manager.as(manager.token(acme));
        Map<String, Object> body = Map.of(
                "name",
                "v",
                "backend",
                "vllm",
                "model_name",
                "m",
                "config",
                Map.of("command", "vllm serve m", "env", Map.of("HF_TOKEN", Map.of("secret_ref", "hf"))));
        admin.put("/api/projects/acme/secrets/hf", Map.of("value", "hf_1", "hosts", List.of("api.example.com")))
                .expect(204);

        ApiClient.Reply refused =
                token.post("/api/projects/acme/workloads", body).expect(400, "invalid_request");
        assertThat(refused.text("field")).isEqualTo("config.env.HF_TOKEN");
        assertThat(refused.text("message")).contains("ik secret set hf --for-engines");

        admin.put("/api/projects/acme/secrets/hf", Map.of("value", "hf_1", "engines", true))
                .expect(204);
        assertThat(token.post("/api/projects/acme/workloads", body).expect(201).body())
                .doesNotContain("hf_1");
    }

    private static Map<String, Object> external(String baseUrl) {
        return Map.of("name", "up", "slug", "up", "backend", "external", "model_name", "m", "config", config(baseUrl));
    }

    private static Map<String, Object> config(String baseUrl) {
        return Map.of("base_url", baseUrl, "secret_ref", "openai");
    }

    @Test
    void usageIsSummedUpAndListed() {
        Project acme = manager.project("acme");
        manager.store.<Boolean>write(session -> {
            session.usage().append(List.of(usage("use_1", 200, 10L), usage("use_2", 502, null)));
            return true;
        });
        ApiClient viewer = manager.asMember(acme, Role.VIEWER);

        assertThat(viewer.get("/api/projects/acme/usage?from=2026-06-01T00:00:00Z&to=2026-07-01T00:00:00Z")
                        .expect(200)
                        .json()
                        .get("totals"))
                .isEqualTo(List.of(Map.of(
                        "workload_slug", "bot",
                        "key_id", "key_1",
                        "requests", 2,
                        "failed_requests", 1,
                        "cost_usd", "0",
                        "input_tokens", 10,
                        "output_tokens", 0,
                        "cached_tokens", 0)));
        assertThat(viewer.get("/api/projects/acme/usage/records").expect(200).list())
                .extracting(record -> record.get("id"))
                .containsExactly("use_2", "use_1");
        assertThat(viewer.get("/api/projects/acme/usage?from=2026-07-01T00:00:00Z&to=2026-06-01T00:00:00Z")
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("from");
        viewer.get("/api/projects/acme/usage?from=yesterday").expect(400, "invalid_request");
        assertThat(viewer.unchecked()
                        .get("/api/projects/acme/usage?from=2026-06-01T00:00:00+02:00")
                        .expect(400, "invalid_request")
                        .text("message"))
                .endsWith("a plus sign in an address is written %2B");
    }

    private static UsageRecord usage(String id, int status, @Nullable Long input) {
        return TestUsage.of(id, Instant.parse("2026-06-10T00:00:00Z"))
                .status(status)
                .tokens(input, null)
                .record();
    }

    private static List<Object> slugs(ApiClient client) {
        return client.get("/api/projects").expect(200).list().stream()
                .map(project -> (Object) String.valueOf(project.get("slug")))
                .toList();
    }

    private static String userId(ApiClient client, String email) {
        return client.get("/api/projects/acme/members").list().stream()
                .filter(member -> email.equals(member.get("email")))
                .map(member -> String.valueOf(member.get("user_id")))
                .findFirst()
                .orElseThrow();
    }
}
