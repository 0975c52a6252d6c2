package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.ApiClient.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of an answer when the store goes away between a change and what would have been said of it, or when it gets lost on its way. */
@Tag("slow")
class LostReceiptApiTest {
    private static final String TOKENS = "/api/projects/acme/tokens";
    private static final String KEYS = "/api/projects/acme/keys";
    private static final Map<String, Object> UNCONFIRMED =
            Map.of("confirmed", false, "epoch", 0, "nodes", List.of(), "took_ms", 0);

    private final TestManager manager = new TestManager();
    private final Project acme = manager.project("acme");
    private final ApiClient admin = manager.asMember(acme, Role.ADMIN);

    @AfterEach
    void stop() {
        manager.close();
    }

    private String mint(String path) {
        return path.equals(KEYS)
                ? manager.key(acme).key().id()
                : manager.token(acme).token().id();
    }

    @ParameterizedTest
    @ValueSource(strings = {KEYS, TOKENS})
    void theSecretOfARotationComesBackWhenTheStoreGoesAwayBehindIt(String path) {
        String one = path + "/" + mint(path);
        manager.store.failAfterNextChange("gone");

        Reply rotated =
                admin.post(one + "/rotate", Map.of("overlap_seconds", 3600)).expect(200);

        assertThat(rotated.json()).containsEntry("propagation", UNCONFIRMED);
        manager.store.recover();
        assertThat(admin.get(one).expect(200).text("public_id"))
                .isEqualTo(rotated.text("public_id"))
                .isEqualTo(rotated.text("credential").split("_", -1)[2]);
    }

    @ParameterizedTest
    @ValueSource(strings = {KEYS, TOKENS})
    void theSecretOfARotationComesBackWhenTheDataPlaneDoesNotConfirmIt(String path) {
        manager.publication.failing = true;

        Reply rotated = admin.post(path + "/" + mint(path) + "/rotate").expect(200);

        assertThat(rotated.text("credential")).isNotEmpty();
        assertThat(rotated.json()).containsEntry("propagation", UNCONFIRMED);
    }

    @Test
    void whatIsMintedComesBackWhenTheStoreGoesAwayBehindIt() {
        Map<String, Map<String, ?>> shownOnce = Map.of(
                KEYS,
                Map.of("name", "web", "grants", List.of("acme/*")),
                TOKENS,
                Map.of("name", "deploy"),
                "/api/projects/acme/invitations",
                Map.of("role", "developer"));
        shownOnce.forEach((path, body) -> {
            manager.store.failAfterNextChange("gone");

            Reply minted = admin.post(path, body).expect(201);

            assertThat(minted.json()).containsKey(body.containsKey("role") ? "link" : "credential");
            manager.store.recover();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {KEYS, TOKENS})
    void whoRotatesAgainForWantOfAnAnswerDoesNotEndTheSecretThatIsInUse(String path) {
        String one = path + "/" + mint(path);
        String inUse = admin.get(one).text("public_id");
        admin.post(one + "/rotate", Map.of("overlap_seconds", 3600)).expect(200);

        manager.time.advance(Duration.ofSeconds(4));
        Reply again =
                admin.post(one + "/rotate", Map.of("overlap_seconds", 3600)).expect(200);

        List<Map<String, Object>> secrets = ApiClient.asObjects(again.json().get("secrets"));
        assertThat(secrets)
                .extracting(secret -> secret.get("not_after"))
                .containsExactly(null, "2026-06-15T10:12:48Z", "2026-06-15T10:12:44Z");
        assertThat(secrets.getLast()).containsEntry("public_id", inUse);

        Reply atOnce = admin.post(one + "/rotate").expect(200);
        assertThat(ApiClient.asObjects(atOnce.json().get("secrets"))).hasSize(2);
    }

    @Test
    void theSecretsThatWorkAtATimeAreBoundedAndTheRefusalSaysWhatToDo() {
        String one = KEYS + "/" + mint(KEYS);
        for (int i = 0; i < 16; i++) {
            admin.post(one + "/rotate", Map.of("overlap_seconds", 3600)).expect(200);
        }

        Reply refused =
                admin.post(one + "/rotate", Map.of("overlap_seconds", 3600)).expect(409, "conflict");

        assertThat(refused.text("message")).contains("17 secrets that work", "rotate it without an overlap");
        admin.post(one + "/rotate").expect(200);
        admin.post(one + "/rotate", Map.of("overlap_seconds", 3600)).expect(200);
    }

    @Test
    void aDeletionThatIsSentAgainForWantOfAReceiptIsAnsweredWithOne() {
        Workload byId = manager.workload(acme, "by-id");
        Project other = manager.project("other");
        ApiClient token = manager.as(manager.token(acme));
        Map<String, ApiClient> deletions = Map.of(
                "/api/workloads/" + byId.id(), token,
                "/api/projects/acme/workloads/"
                                + manager.workload(acme, "by-slug").slug(),
                        token,
                "/api/projects/" + other.slug(), manager.asOwner());
        deletions.forEach((path, caller) -> {
            manager.publication.away = true;
            assertThat(caller.delete(path).expect(503, "store_unavailable").text("message"))
                    .contains("the change is stored", "send the request again");
            assertThat(caller.delete(path).expect(503, "store_unavailable").text("message"))
                    .contains("there is no such thing in the store", "send the request again");
            manager.publication.away = false;

            Reply again = caller.delete(path).expect(404);

            assertThat(again.header("Propagation").orElse("none")).contains("\"confirmed\":true", "\"acknowledged\"");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"/revoke", "/disable"})
    void aKeyOrTokenThatIsStoppedAgainForWantOfAReceiptIsAnsweredAsBefore(String verb) {
        for (String path : List.of(KEYS, TOKENS)) {
            String one = path + "/" + mint(path);
            manager.publication.away = true;
            assertThat(admin.post(one + verb).expect(503, "store_unavailable").text("message"))
                    .contains("the change is stored", "send the request again");
            manager.publication.away = false;

            assertThat(admin.post(one + verb).expect(200).json()).containsKey("propagation");
        }
    }

    @Test
    void whoMayDeleteNothingHearsOfNoNodes() {
        ApiClient viewer = manager.asMember(acme, Role.VIEWER);

        assertThat(viewer.delete("/api/workloads/wl_unknown")
                        .expect(404, "workload_not_found")
                        .header("Propagation"))
                .isEmpty();
    }
}
