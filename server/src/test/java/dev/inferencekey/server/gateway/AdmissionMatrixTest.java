package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.BODY;
import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.domain.inference.UsageRecord;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Every kind of caller on every data-plane route, and the order in which the checks speak. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
final class AdmissionMatrixTest {
    private static final String OK = "{\"usage\":{}}";

    private final GatewayFixture gateway = new GatewayFixture();
    private final FakeModelServer model = FakeModelServer.answering("application/json", OK);
    private final LiveKey botOnly = gateway.mintFor("bot");
    private final LiveKey elsewhere =
            gateway.mint("key_x", "other", Grants.ofEntireProject(), CredentialState.ACTIVE, null);
    private final LiveKey revoked =
            gateway.mint("key_r", "acme", Grants.ofEntireProject(), CredentialState.REVOKED, null);
    private final LiveKey disabled =
            gateway.mint("key_d", "acme", Grants.ofEntireProject(), CredentialState.DISABLED, null);
    private final LiveKey expired =
            gateway.mint("key_e", "acme", Grants.ofEntireProject(), CredentialState.ACTIVE, GatewayFixture.NOW);
    private final SdkToken token = SdkToken.mint(gateway.random);

    @AfterAll
    void close() throws IOException {
        gateway.close();
        model.close();
    }

    /** The status and code that each caller gets where the project's own key is let through. */
    private Map<String, String> refusedCallers() {
        Map<String, String> callers = new TreeMap<>();
        callers.put("", "401 invalid_api_key");
        callers.put("garbage", "401 invalid_api_key");
        callers.put("ik_live_", "401 invalid_api_key");
        callers.put("ik_live_a1b2c3d4_short", "401 invalid_api_key");
        callers.put(gateway.key.reveal().toUpperCase(java.util.Locale.ROOT), "401 invalid_api_key");
        callers.put(gateway.key.reveal() + "0", "401 invalid_api_key");
        callers.put("ik_session_a1b2c3d4_" + "0".repeat(64), "401 invalid_api_key");
        callers.put(LiveKey.mint(gateway.random).reveal(), "401 invalid_api_key");
        callers.put("ik_live_" + gateway.key.publicId() + "_" + "0".repeat(64), "401 invalid_api_key");
        callers.put(revoked.reveal(), "401 invalid_api_key");
        callers.put(disabled.reveal(), "401 invalid_api_key");
        callers.put(expired.reveal(), "401 invalid_api_key");
        callers.put(token.reveal(), "403 wrong_credential_type");
        callers.put("ik_sdk_", "403 wrong_credential_type");
        callers.put("ik_sdk_nonsense", "403 wrong_credential_type");
        callers.put(elsewhere.reveal(), "403 project_scope_mismatch");
        return callers;
    }

    private String code(String method, String path, String credential) throws IOException {
        try (RawClient client = gateway.client()) {
            String authorization = credential.isEmpty() ? "" : "Authorization: Bearer " + credential + "\r\n";
            client.send(method + " " + path + " HTTP/1.1\r\nHost: x\r\n" + authorization
                    + "Content-Type: application/json\r\nContent-Length: " + (method.equals("GET") ? 0 : BODY.length())
                    + "\r\n\r\n" + (method.equals("GET") ? "" : BODY));
            RawClient.Answer answer = client.answer();
            String secret = credential.length() > 60 ? credential.substring(credential.length() - 60) : "\u0000";
            assertThat(answer.body()).doesNotContain(secret);
            assertThat(answer.header("x-request-id")).isNotEmpty();
            assertThat(answer.header("content-type")).isEqualTo("application/json");
            int at = answer.body().indexOf("\"code\":\"");
            return answer.status()
                    + (at < 0
                            ? ""
                            : " "
                                    + answer.body()
                                            .substring(at + 8, answer.body().indexOf('"', at + 8)));
        }
    }

    @Test
    void everyRouteAnswersEveryCallerAsTheContractSays() throws IOException {
        for (InferenceRoute route : InferenceRoute.values()) {
            TaskType type = java.util.Arrays.stream(TaskType.values())
                    .filter(route::servedBy)
                    .findFirst()
                    .orElseThrow();
            String slug = "w-" + type.wire();
            gateway.changes.putEndpoint(GatewayFixture.endpoint(slug, type));
            gateway.serve(slug, model);
            String path = "/endpoint/acme/" + slug + "/"
                    + route.path().replace("{model}", slug).replace("{video}", "video_1");
            LiveKey granted = gateway.mintFor(slug);
            assertThat(code(route.method(), path, gateway.key.reveal()))
                    .as(path)
                    .isEqualTo("200");
            assertThat(code(route.method(), path, granted.reveal())).as(path).isEqualTo("200");
            assertThat(code(route.method(), path, botOnly.reveal())).as(path).isEqualTo("403 scope_insufficient");
            for (Map.Entry<String, String> caller : refusedCallers().entrySet()) {
                assertThat(code(route.method(), path, caller.getKey())).as(path).isEqualTo(caller.getValue());
            }
        }
    }

    @Test
    void aRefusedCallerLearnsNothingAboutWhatExists() throws IOException {
        String missing = "/endpoint/acme/nothing/v1/chat/completions";
        for (Map.Entry<String, String> caller : refusedCallers().entrySet()) {
            assertThat(code("POST", missing, caller.getKey())).isEqualTo(caller.getValue());
            assertThat(code("POST", "/endpoint/acme/bot/no/such/route", caller.getKey()))
                    .isEqualTo(caller.getValue());
        }
        assertThat(code("POST", missing, botOnly.reveal())).isEqualTo("403 scope_insufficient");
        assertThat(code("POST", "/endpoint/nowhere/bot/v1/chat/completions", gateway.key.reveal()))
                .isEqualTo("403 project_scope_mismatch");
        assertThat(code("POST", missing, gateway.key.reveal())).isEqualTo("404 workload_not_found");
    }

    @Test
    void aCallerWithoutAKeyIsToldHowOneLooksAndWhereItBelongs() throws IOException {
        RawClient.Answer malformed = gateway.post(CHAT, "bad", BODY);
        assertThat(malformed.status()).isEqualTo(401);
        assertThat(malformed.body())
                .contains(
                        "\"message\":\"this is not an API key; a key is ik_live_, 8 hexadecimal digits, an underscore and"
                                + " 64 more digits\"");
        for (String header : new String[] {"x-api-key", "api-key"}) {
            try (RawClient client = gateway.client()) {
                client.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\n" + header + ": " + gateway.key.reveal()
                        + "\r\nContent-Length: 0\r\n\r\n");
                assertThat(client.answer().body())
                        .contains(
                                "\"message\":\"no API key was sent in Authorization; send Authorization: Bearer ik_live_…"
                                        + " instead of " + header + "\"");
            }
        }
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        RawClient.Answer workload =
                gateway.post("/endpoint/acme/nothing/v1/chat/completions", gateway.key.reveal(), BODY);
        assertThat(workload.body()).contains("\\\"nothing\\\"", "\\\"acme\\\"", "\"type\":\"not_found_error\"");
        RawClient.Answer route = gateway.post("/endpoint/acme/bot/v1/embeddings", gateway.key.reveal(), BODY);
        assertThat(route.status()).isEqualTo(404);
        assertThat(route.body())
                .contains("route_not_served", "POST v1/chat/completions", "POST v1/responses", "GET v1/models")
                .doesNotContain("POST v1/rerank");
        assertThat(gateway.post("/endpoint/acme/bot/jobs", gateway.key.reveal(), BODY)
                        .body())
                .contains("route_not_served");
        RawClient.Answer method = gateway.post("/endpoint/acme/bot/v1/models", gateway.key.reveal(), BODY);
        assertThat(method.status()).isEqualTo(405);
        assertThat(method.header("allow")).isEqualTo("GET, HEAD");
        assertThat(method.body()).contains("method_not_allowed");
        assertThat(gateway.post("/endpoint/acme", gateway.key.reveal(), BODY).body())
                .contains("workload_not_found", "/endpoint/{project}/{workload}/v1/");
        assertThat(gateway.post("/endpoint/acme/bot", gateway.key.reveal(), BODY)
                        .body())
                .contains("route_not_served");
    }

    @Test
    void aControlTokenOnTheDataPlaneIsToldThePublishedSentenceAndReported() throws IOException {
        RawClient.Answer answer = gateway.post(CHAT, token.reveal(), BODY);
        assertThat(answer.body())
                .contains(token.redacted() + " is an SDK token; the data plane requires an ik_live_ key")
                .contains("\"type\":\"permission_error\"");
        List<String> reported = GatewayFixture.poll(gateway.wrongPlanes);
        assertThat(gateway.wrongPlanes.stream().flatMap(List::stream).toList()).doesNotContain(token.reveal());
        assertThat(reported.get(0)).startsWith("ik");
        assertThat(reported.get(1)).isEqualTo("127.0.0.1");
    }

    @Test
    void theSchemeIsReadInAnyCaseAndTwoCredentialsAreNone() throws IOException {
        gateway.serve("bot", model);
        for (String scheme : List.of("bearer", "BEARER", "Bearer  ")) {
            try (RawClient client = gateway.client()) {
                client.send("POST " + CHAT + " HTTP/1.1\r\nHost: x\r\nauthorization: " + scheme + " "
                        + gateway.key.reveal() + "\r\nContent-Length: 2\r\n\r\n{}");
                assertThat(client.answer().status()).isEqualTo(200);
            }
        }
        RawClient.Answer two =
                gateway.post(CHAT, gateway.key.reveal(), BODY, "Authorization: Bearer " + gateway.key.reveal());
        assertThat(two.status()).isEqualTo(401);
        assertThat(two.header("www-authenticate")).isEqualTo("Bearer");
    }

    @Test
    void theChecksSpeakInTheContractsOrder() throws IOException {
        String key = gateway.key.reveal();
        // The shape of the request line comes before the credential.
        assertThat(code("POST", "/endpoint/acme//bot", "garbage")).isEqualTo("400 invalid_request");
        // Existence and route come before the body.
        assertThat(gateway.post("/endpoint/acme/nothing/v1/x", key, "no json").status())
                .isEqualTo(404);
        assertThat(gateway.post("/endpoint/acme/bot/v1/x", key, "no json").status())
                .isEqualTo(404);
        // The body comes before readiness.
        gateway.changes.putEndpoint(GatewayFixture.endpoint("failed", TaskType.TEXT2TEXT));
        gateway.table.setBackends("wl_failed", new dev.inferencekey.server.ports.access.Backends.Failed());
        String failed = "/endpoint/acme/failed/v1/chat/completions";
        assertThat(gateway.post(failed, key, "no json").status()).isEqualTo(400);
        RawClient.Answer answer = gateway.post(failed, key, BODY);
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).contains("workload_failed", "ik workload show");
    }

    @Test
    void everyRequestOfAnAliveKeyIsRecordedOnceAndNoOther() throws IOException {
        try (GatewayFixture fresh = new GatewayFixture()) {
            LiveKey narrow =
                    fresh.mint("key_n", "acme", Grants.ofWorkloads(Set.of("bot")), CredentialState.ACTIVE, null);
            fresh.serve("bot", model);
            fresh.post(CHAT, "garbage", BODY);
            fresh.post(CHAT, token.reveal(), BODY);
            assertThat(fresh.records).isEmpty();
            fresh.post("/endpoint/acme/embedder/v1/embeddings", narrow.reveal(), BODY);
            UsageRecord denied = fresh.record();
            assertThat(denied.status()).isEqualTo(403);
            assertThat(denied.workloadSlug()).isEqualTo("embedder");
            assertThat(denied.workloadId()).isEmpty();
            assertThat(denied.route()).isEqualTo("unknown");
            fresh.post("/endpoint/elsewhere/secret-name/v1/embeddings", narrow.reveal(), BODY);
            UsageRecord foreign = fresh.record();
            assertThat(foreign.projectSlug()).isEqualTo("acme");
            assertThat(foreign.workloadSlug()).isEmpty();
            fresh.post(CHAT, narrow.reveal(), "no json");
            UsageRecord bad = fresh.record();
            assertThat(bad.status()).isEqualTo(400);
            assertThat(bad.workloadId()).isEqualTo("wl_bot");
            assertThat(bad.inputTokens()).isNull();
            assertThat(bad.firstByteMicros()).isNull();
            fresh.post(CHAT, narrow.reveal(), BODY);
            assertThat(fresh.record().status()).isEqualTo(200);
            assertThat(fresh.records).isEmpty();
        }
    }

    @Test
    void modelsListsThisOneWorkload() throws IOException {
        try (RawClient client = gateway.client()) {
            String one = "{\"id\":\"bot\",\"object\":\"model\",\"created\":1700000000,\"owned_by\":\"acme\"}";
            String key = gateway.key.reveal();
            assertThat(client.get("/endpoint/acme/bot/v1/models", key).answer().body())
                    .isEqualTo("{\"object\":\"list\",\"data\":[" + one + "]}");
            assertThat(client.get("/endpoint/acme/bot/v1/models/b%6ft", key)
                            .answer()
                            .body())
                    .isEqualTo(one);
            assertThat(client.get("/endpoint/acme/bot/v1/models/other", key)
                            .answer()
                            .status())
                    .isEqualTo(404);
            client.send("HEAD /endpoint/acme/bot/v1/models HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + key
                    + "\r\n\r\n");
            RawClient.Answer head = client.answer(true);
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("content-length")).isNotEqualTo("0");
            assertThat(client.get("/endpoint/acme/bot/v1/models", key).answer().status())
                    .isEqualTo(200);
        }
    }

    @Test
    void aRefusalForLackOfRightsLinksToItsExplanationAndNoOtherDoes() throws IOException {
        assertThat(body("POST", CHAT + "?a=b", token.reveal()))
                .contains("\"param\":null,\"explain_url\":\"/explain?method=POST&path="
                        + "%2Fendpoint%2Facme%2Fbot%2Fv1%2Fchat%2Fcompletions&public_id=" + token.publicId() + "\"}}");
        assertThat(body("POST", CHAT, elsewhere.reveal())).contains("&public_id=" + elsewhere.publicId() + "\"}}");
        assertThat(body("POST", "/endpoint/acme/not-mine/v1/models", botOnly.reveal()))
                .contains("scope_insufficient")
                .contains("&public_id=" + botOnly.publicId() + "\"}}");
        assertThat(body("POST", CHAT, "ik_sdk_nonsense"))
                .contains("wrong_credential_type")
                .doesNotContain("explain_url");
        assertThat(body("POST", "/endpoint/acme/" + "x".repeat(600) + "/v1/models", botOnly.reveal()))
                .contains("scope_insufficient")
                .doesNotContain("explain_url");
        assertThat(body("POST", CHAT, revoked.reveal())).doesNotContain("explain_url");
        assertThat(body("POST", "/endpoint/acme/bot/v1/nothing", gateway.key.reveal()))
                .doesNotContain("explain_url");
    }

    private String body(String method, String path, String credential) throws IOException {
        try (RawClient client = gateway.client()) {
            client.send(method + " " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + credential
                    + "\r\nContent-Length: 0\r\n\r\n");
            return client.answer().body();
        }
    }
}
