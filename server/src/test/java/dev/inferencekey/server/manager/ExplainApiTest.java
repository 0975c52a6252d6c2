package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.ApiClient.Reply;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.key.ApiKeyService;
import dev.inferencekey.server.manager.token.SdkTokenService;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Why a credential is let through or refused on the control plane: held against what requests really meet. */
@Tag("slow")
class ExplainApiTest {
    private static final String PATH = "/api/access/explain";

    private final TestManager manager = new TestManager();
    private final Project acme = manager.project("acme");
    private final Project other = manager.project("other");
    private final Workload bot = manager.workload(acme, "bot");
    private final Workload foreign = manager.workload(other, "bot");
    private final ApiClient operator = manager.asOperator();

    @AfterEach
    void stop() {
        manager.close();
    }

    /** Whole credentials in every state, by what they are. */
    private Map<String, String> credentials() {
        SdkTokenService.Minted revoked = manager.token(acme);
        SdkTokenService.Minted disabled = manager.token(acme);
        SdkTokenService.Minted rotated = manager.token(acme);
        SdkTokenService.Minted expired =
                manager.token(acme, manager.time.instant().plusSeconds(60), Scope.WORKLOAD_WRITE);
        manager.plane
                .tokens()
                .revoke(TestManager.OPERATOR, acme, revoked.token().id());
        manager.plane
                .tokens()
                .disable(TestManager.OPERATOR, acme, disabled.token().id());
        manager.plane
                .tokens()
                .rotate(TestManager.OPERATOR, acme, rotated.token().id(), Duration.ofSeconds(1));
        manager.time.advance(Duration.ofSeconds(61));
        Map<String, String> credentials = new LinkedHashMap<>();
        credentials.put("token", manager.token(acme).credential().reveal());
        credentials.put(
                "read-only",
                manager.token(acme, Scope.WORKLOAD_READ).credential().reveal());
        credentials.put(
                "assignment-only",
                manager.token(acme, Scope.ASSIGNMENT_WRITE).credential().reveal());
        credentials.put("foreign", manager.token(other).credential().reveal());
        credentials.put("revoked", revoked.credential().reveal());
        credentials.put("disabled", disabled.credential().reveal());
        credentials.put("rotated out", rotated.credential().reveal());
        credentials.put("expired", expired.credential().reveal());
        credentials.put("key", manager.key(acme).credential().reveal());
        return credentials;
    }

    @Test
    void explainsForEveryRouteAndCredentialWhatARequestReallyMeets() {
        Map<String, String> credentials = credentials();
        int compared = 0;
        for (Route route : OpenApiDocumentTest.routes()) {
            for (String project : List.of("acme", "other", "nowhere", acme.id())) {
                for (String workload : List.of(bot.id(), foreign.id(), "wl_nobodys")) {
                    String path = route.path()
                            .replace("{project}", project)
                            .replace("{workload_id}", workload)
                            .replace("{workload_slug}", "bot")
                            .replaceAll("\\{[a-z_]+}", "any");
                    if (path.equals(route.path()) && !(project + workload).equals("acme" + bot.id())) {
                        continue;
                    }
                    for (Map.Entry<String, String> credential : credentials.entrySet()) {
                        // A parameter that no route knows is refused right after all decisions.
                        Reply real = manager.api
                                .bearer(credential.getValue())
                                .send(route.method(), path + "?no_such_parameter=1", null);
                        boolean allowed = real.status() == 400 && "no_such_parameter".equals(real.text("field"));
                        assertAgrees(
                                credential.getKey(),
                                route.method(),
                                path,
                                credential.getValue(),
                                allowed ? null : real);
                        compared++;
                    }
                }
            }
        }
        assertThat(compared).isGreaterThan(1000);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /api/nothing",
                "GET /nothing",
                "DELETE /api/whoami",
                "POST /openapi.json",
                "GET /openapi.json",
                "GET /api/whoami",
                "GET /api/projects/acme/workloads/bot",
                "GET /api/projects/acme/workloads/nobody",
                "DELETE /api/projects/acme/workloads/nobody",
                "GET /api/projects/acme/workloads/nobody/logs",
                "GET /api/projects/%61cme/workloads",
                "GET /api/projects/acme/workloads/",
                "GET /api/projects//workloads",
                "GET /api",
            })
    void explainsTheSameForPathsOfAllKinds(String request) {
        String method = request.split(" ")[0];
        String path = request.split(" ")[1];
        for (Map.Entry<String, String> credential : credentials().entrySet()) {
            Reply real = manager.api.bearer(credential.getValue()).unchecked().send(method, path, null);
            assertAgrees(credential.getKey(), method, path, credential.getValue(), real.status() < 300 ? null : real);
        }
    }

    private void assertAgrees(String who, String method, String path, String credential, @Nullable Reply refused) {
        Reply explained = operator.post(PATH, Map.of("method", method, "path", path + "?a=b", "public_id", credential))
                .expect(200);
        String what = who + " " + method + " " + path + ": " + explained.body();
        assertThat(explained.body()).doesNotContain(credential.substring(credential.length() - 64));
        if (refused == null) {
            assertThat(explained.text("decision")).as(what).isEqualTo("allow");
        } else {
            assertThat(explained.text("decision")).as(what).isEqualTo("deny");
            assertThat(explained.text("code")).as(what).isEqualTo(refused.code());
            assertThat(explained.json().get("status")).as(what).isEqualTo(refused.status());
            assertThat(ApiClient.asObject(explained.json().get("change")).get("text"))
                    .as(what)
                    .asString()
                    .isNotBlank();
        }
        assertThat(ApiClient.asObjects(explained.json().get("checks")).stream()
                        .filter(check -> "failed".equals(check.get("result"))))
                .as(what)
                .hasSize(refused == null ? 0 : 1);
    }

    @Test
    void takesAPublicIdARedactedFormOrAWholeCredential() {
        ApiKeyService.Minted key = manager.key(acme);
        String publicId = key.credential().publicId();
        for (String form : List.of(
                publicId,
                "ik_live_" + publicId + "…",
                "ik_live_" + publicId,
                key.credential().reveal())) {
            Reply reply = operator.post(PATH, Map.of("method", "GET", "path", "/api/whoami", "public_id", form))
                    .expect(200);
            assertThat(ApiClient.asObject(reply.json().get("credential")))
                    .containsEntry("id", key.key().id())
                    .containsEntry("redacted", "ik_live_" + publicId + "…");
        }
        for (String form : List.of("", "a1b2", "A1B2C3D4", "ik_session_a1b2c3d4", "a1b2c3d4e5", "ik_live_")) {
            operator.unchecked()
                    .post(PATH, Map.of("method", "GET", "path", "/api/whoami", "public_id", form))
                    .expect(400, "invalid_request");
        }
        operator.post(PATH, Map.of("method", "GET", "path", "/", "public_id", "ik_sdk_" + publicId))
                .expect(404, "not_found");
    }

    @Test
    void namesTheSmallestChange() {
        ApiKeyService.Minted key = manager.plane
                .keys()
                .mint(TestManager.OPERATOR, acme, "web", Grants.ofWorkloads(Set.of("other-bot")), null, Limits.NONE);
        String id = key.key().id();
        String publicId = key.credential().publicId();

        assertThat(change("POST", "/endpoint/acme/bot/v1/chat/completions", publicId))
                .isEqualTo("grant acme/bot to key " + id);
        assertThat(change("POST", "/endpoint/acme/other-bot/v1/chat/completions", publicId))
                .isEqualTo("make a workload with the slug other-bot in project acme");
        assertThat(change("GET", "/api/projects/acme/workloads", publicId))
                .isEqualTo("use an ik_sdk_ token: this is the control plane");
        manager.plane.keys().disable(TestManager.OPERATOR, acme, id, false);
        assertThat(change("POST", "/endpoint/acme/bot/v1/chat/completions", publicId))
                .isEqualTo("enable the key " + id);
        String token = manager.token(acme, Scope.WORKLOAD_READ).credential().publicId();
        assertThat(change("POST", "/endpoint/acme/bot/v1/chat/completions", token))
                .isEqualTo("use an ik_live_ key: this is the data plane");
        assertThat(change("POST", "/api/projects/acme/workloads", token))
                .isEqualTo("mint a token with the scope workload:write in project acme");
        assertThat(change("POST", "/api/projects/acme/keys", token)).startsWith("sign in");
    }

    private String change(String method, String path, String publicId) {
        Reply reply = operator.post(PATH, Map.of("method", method, "path", path, "public_id", publicId))
                .expect(200);
        return String.valueOf(ApiClient.asObject(reply.json().get("change")).get("text"));
    }

    @Test
    void tellsNobodyOfCredentialsOfProjectsThatAreNotTheirs() {
        String publicId = manager.key(other).credential().publicId();
        String token = manager.token(other).credential().publicId();
        ApiClient viewer = manager.asMember(acme, Role.VIEWER);
        Map<String, Object> unknown =
                Map.of("method", "GET", "path", "/endpoint/acme/bot/v1/models", "public_id", "00000000");

        Reply nobodys = viewer.post(PATH, unknown).expect(404, "not_found");
        for (String id : List.of(publicId, token, "ik_live_" + publicId, "ik_sdk_" + token)) {
            Reply foreigners = viewer.post(
                            PATH, Map.of("method", "GET", "path", "/endpoint/acme/bot/v1/models", "public_id", id))
                    .expect(404, "not_found");
            assertThat(foreigners.text("message")).isEqualTo(nobodys.text("message"));
        }
        manager.asMember(other, Role.VIEWER)
                .post(PATH, Map.of("method", "GET", "path", "/endpoint/acme/bot/v1/models", "public_id", publicId))
                .expect(200);
        manager.as(manager.token(acme)).post(PATH, unknown).expect(403, "scope_insufficient");
        manager.as(manager.key(acme).credential()).post(PATH, unknown).expect(403, "wrong_credential_type");
        manager.api.post(PATH, unknown).expect(401, "invalid_token");
    }

    @Test
    void aRefusalLinksToItsExplanation() {
        SdkTokenService.Minted token = manager.token(acme, Scope.WORKLOAD_READ);
        ApiKeyService.Minted key = manager.key(acme);

        Reply refused =
                manager.as(token).get("/api/projects/%6Fther/workloads?limit=3").expect(403);
        Reply wrongPlane = manager.as(key.credential()).get("/api/whoami").expect(403);

        assertThat(refused.text("explain_url"))
                .isEqualTo("/explain?method=GET&path=%2Fapi%2Fprojects%2F%256Fther%2Fworkloads&public_id="
                        + token.credential().publicId());
        assertThat(wrongPlane.text("explain_url"))
                .isEqualTo("/explain?method=GET&path=%2Fapi%2Fwhoami&public_id="
                        + key.credential().publicId());
        Map<String, String> query = new LinkedHashMap<>();
        for (String pair : refused.text("explain_url").split("\\?")[1].split("&")) {
            query.put(pair.split("=")[0], URLDecoder.decode(pair.split("=")[1], StandardCharsets.UTF_8));
        }
        Reply explained = operator.post(PATH, query).expect(200);
        assertThat(explained.text("code")).isEqualTo(refused.code());
    }

    @Test
    void aRefusalLinksNowhereIfThereIsNoPublicIdOrThePathIsTooLong() {
        ApiClient viewer = manager.asMember(acme, Role.VIEWER);
        assertThat(viewer.post("/api/projects/acme/keys", Map.of()).expect(403).json())
                .doesNotContainKey("explain_url");
        assertThat(manager.api
                        .bearer("ik_live_nonsense")
                        .get("/api/whoami")
                        .expect(403)
                        .json())
                .doesNotContainKey("explain_url");
        assertThat(manager.as(manager.token(acme))
                        .get("/api/nothing")
                        .expect(404)
                        .json())
                .doesNotContainKey("explain_url");
        assertThat(manager.as(manager.token(acme))
                        .unchecked()
                        .get("/api/projects/" + "x".repeat(600))
                        .expect(403)
                        .json())
                .doesNotContainKey("explain_url");
    }
}
