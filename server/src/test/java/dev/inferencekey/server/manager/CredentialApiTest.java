package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.upstream.SecretBinding;
import dev.inferencekey.server.manager.ApiClient.Reply;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class CredentialApiTest {
    private static final String TOKENS = "/api/projects/acme/tokens";
    private static final String KEYS = "/api/projects/acme/keys";

    private final TestManager manager = new TestManager();
    private final Project acme = manager.project("acme");
    private final ApiClient admin = manager.asMember(acme, Role.ADMIN);

    @AfterEach
    void stop() {
        manager.close();
    }

    @Test
    void aMintedTokenWorksAndItsCredentialIsShownOnce() {
        Reply minted = admin.post(TOKENS, Map.of("name", "deploy")).expect(201);

        SdkToken credential = SdkToken.parse(minted.text("credential")).orElseThrow();
        assertThat(credential.hasChecksum()).isTrue();
        assertThat(minted.json())
                .containsEntry("public_id", credential.publicId())
                .containsEntry("name", "deploy")
                .containsEntry("project_slug", "acme")
                .containsEntry("scopes", List.of("workload:write", "assignment:write"))
                .containsEntry("state", "active")
                .containsEntry("expires_at", null)
                .containsEntry("created_by", "admin@acme.example")
                .containsEntry("last_used_at", null);
        manager.as(credential).get("/api/projects/acme/workloads").expect(200);
        String shown = admin.get(TOKENS + "/" + minted.text("id")).expect(200).body()
                + admin.get(TOKENS).expect(200).body()
                + manager.asOperator().get("/api/audit?limit=1000").body();
        assertThat(shown)
                .doesNotContain(credential.reveal())
                .doesNotContain(credential.reveal().substring(16));
        assertThat(shown).doesNotContain("credential\"");
    }

    @Test
    void scopesAreAsAskedFor() {
        assertThat(admin.post(TOKENS, Map.of("name", "ci", "scopes", List.of("workload:read")))
                        .expect(201)
                        .json())
                .containsEntry("scopes", List.of("workload:read"));
        assertThat(admin.unchecked()
                        .post(TOKENS, Map.of("name", "ci", "scopes", List.of("workload:read", "all")))
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("scopes[1]");
        assertThat(admin.post(TOKENS, Map.of("name", "ci", "scopes", List.of()))
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("scopes");
    }

    @Test
    void aKeysLimitsAreSetReplacedAndLifted() {
        Reply minted = admin.post(
                        KEYS, Map.of("name", "web", "grants", List.of("acme/*"), "limits", limits(60, null, 4)))
                .expect(201);
        assertThat(minted.json()).containsEntry("limits", limits(60, null, 4));
        String one = KEYS + "/" + minted.text("id");
        assertThat(admin.get(one).json()).containsEntry("limits", limits(60, null, 4));
        admin.post(one + "/rotate").expect(200);

        Reply changed = admin.patch(one, Map.of("limits", Map.of("tokens_per_minute", 1000)))
                .expect(200);
        assertThat(changed.json())
                .containsEntry("limits", limits(null, 1000, null))
                .containsKey("propagation");
        assertThat(admin.patch(one, Map.of("name", "site")).expect(200).json())
                .containsEntry("limits", limits(null, 1000, null));
        assertThat(manager.publication.has(minted.text("id"))).isTrue();

        Map<String, @Nullable Object> lift = new HashMap<>();
        lift.put("limits", null);
        assertThat(admin.patch(one, lift).expect(200).json()).containsEntry("limits", limits(null, null, null));
        admin.patch(one, Map.of("limits", limits(1, 1, 1))).expect(200);
        assertThat(admin.patch(one, Map.of("limits", Map.of())).expect(200).json())
                .containsEntry("limits", limits(null, null, null));
        assertThat(manager.asOperator().get("/api/audit?limit=1000").body())
                .contains("\"old_limits\":\"requests_per_minute=60 max_concurrent_requests=4\"")
                .contains("\"limits\":\"tokens_per_minute=1000\"", "\"limits\":\"none\"");
    }

    @Test
    void limitsThatMeanNothingAreRefused() {
        String one = KEYS + "/" + mint(KEYS);
        for (Map.Entry<String, Object> wrong : Map.<String, Object>of(
                        "requests_per_minute", 0,
                        "tokens_per_minute", -5,
                        "max_concurrent_requests", "many",
                        "tokens_per_hour", 5)
                .entrySet()) {
            assertThat(admin.unchecked()
                            .patch(one, Map.of("limits", Map.of(wrong.getKey(), wrong.getValue())))
                            .expect(400, "invalid_request")
                            .text("field"))
                    .isEqualTo("limits." + wrong.getKey());
        }
        admin.unchecked().patch(one, Map.of("limits", 60)).expect(400, "invalid_request");
        admin.unchecked()
                .patch(one, Map.of("limits", Map.of("requests_per_minute", 1.5)))
                .expect(400, "invalid_request");
    }

    private static Map<String, @Nullable Object> limits(
            @Nullable Integer requests, @Nullable Integer tokens, @Nullable Integer concurrent) {
        Map<String, @Nullable Object> limits = new HashMap<>();
        limits.put("requests_per_minute", requests);
        limits.put("tokens_per_minute", tokens);
        limits.put("max_concurrent_requests", concurrent);
        return limits;
    }

    @Test
    void aTokensUseIsNotedCoarsely() {
        var minted = manager.token(acme);
        ApiClient token = manager.as(minted).header("X-Forwarded-For", "192.0.2.44");
        String path = TOKENS + "/" + minted.token().id();

        token.get("/api/whoami").expect(200);
        manager.time.advance(Duration.ofSeconds(30));
        token.get("/api/whoami").expect(200);

        assertThat(admin.get(path).json())
                .containsEntry("last_used_at", "2026-06-15T09:12:44Z")
                .containsEntry("last_used_from", "192.0.2.44");
        manager.time.advance(Duration.ofSeconds(31));
        token.get("/api/whoami").expect(200);
        assertThat(admin.get(path).json()).containsEntry("last_used_at", "2026-06-15T09:13:45Z");
    }

    @Test
    void aTokenIsUsableAlthoughItsUseCanNotBeWrittenDown() {
        var minted = manager.token(acme);
        // The coalescer takes the first use; a store that fails meanwhile must only cost the note.
        manager.as(minted).get("/api/projects/acme/workloads").expect(200);
        manager.store.failWith("the disk is full; free some space");

        Reply refused = manager.as(minted).get("/api/projects/acme/workloads").expect(503, "store_unavailable");

        assertThat(refused.header("Retry-After")).isPresent();
        assertThat(refused.text("message")).isEqualTo("the disk is full; free some space");
        manager.store.recover();
        manager.as(minted).get("/api/projects/acme/workloads").expect(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {TOKENS, KEYS})
    void whatACreateAnswersIsWhatAReadAnswersLater(String list) {
        Reply made = admin.post(
                        list, body(list, Map.of("name", "fine", "expires_at", "2030-01-01T02:00:00.123456789+02:00")))
                .expect(201);

        assertThat(made.text("expires_at")).isEqualTo("2030-01-01T00:00:00.123456Z");
        Reply read = admin.get(list + "/" + made.text("id")).expect(200);
        for (String field : List.of("expires_at", "created_at")) {
            assertThat(read.text(field)).isEqualTo(made.text(field));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "+999999999-12-31T23:59:59Z",
                "+10000-01-01T00:00:00Z",
                "9999-12-31T23:59:59-01:00",
                "-0001-01-01T00:00:00Z"
            })
    void aTimeThatNoReaderOfListsUnderstandsIsRefused(String time) {
        for (String list : List.of(TOKENS, KEYS)) {
            assertThat(admin.post(list, body(list, Map.of("name", "far", "expires_at", time)))
                            .expect(400, "invalid_request")
                            .text("field"))
                    .isEqualTo("expires_at");
        }
    }

    private static Map<String, Object> body(String list, Map<String, Object> fields) {
        Map<String, Object> body = new HashMap<>(fields);
        if (list.equals(KEYS)) {
            body.put("grants", List.of("acme/*"));
        }
        return body;
    }

    @Test
    void aFullDiskKeepsNobodyFromSigningInAndTakingPowerAway() {
        String key = manager.key(acme).key().id();
        String token = manager.token(acme).token().id();
        String workload = manager.workload(acme, "bot").id();
        ApiClient viewer = manager.asMember(acme, Role.VIEWER);
        manager.plane.secrets().put(TestManager.OPERATOR, acme, "leaked", "sk-1", new SecretBinding(List.of(), true));
        manager.store.fillDisk("the disk is full; free some space");

        ApiClient owner = manager.asOwner();
        owner.post(TOKENS, Map.of("name", "more")).expect(503, "store_unavailable");
        owner.post(KEYS + "/" + key + "/revoke").expect(200);
        owner.post(TOKENS + "/" + token + "/revoke").expect(200);
        owner.delete("/api/projects/acme/secrets/leaked").expect(204);
        owner.delete("/api/workloads/" + workload).expect(204);
        String member = owner.get("/api/projects/acme/members").list().stream()
                .filter(one -> "viewer@acme.example".equals(one.get("email")))
                .map(one -> String.valueOf(one.get("user_id")))
                .findFirst()
                .orElseThrow();
        owner.delete("/api/projects/acme/members/" + member).expect(204);
        viewer.get("/api/projects/acme").expect(403);
        owner.delete("/api/projects/acme").expect(204);
        owner.delete("/api/sessions").expect(204);
        owner.get("/api/whoami").expect(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {TOKENS, KEYS})
    void revokingIsFinalAndToldToTheDataPlane(String list) {
        String id = mint(list);
        String one = list + "/" + id;

        Reply revoked = admin.post(one + "/revoke").expect(200);

        assertThat(revoked.json()).containsEntry("state", "revoked").containsKey("propagation");
        admin.post(one + "/revoke").expect(200);
        admin.post(one + "/enable").expect(409, "conflict");
        admin.post(one + "/disable").expect(409, "conflict");
        admin.post(one + "/rotate").expect(409, "conflict");
        assertThat(admin.get(list).list()).extracting(it -> it.get("id")).contains(id);
        assertThat(manager.publication.has(id)).isEqualTo(list.equals(KEYS));
    }

    @Test
    void revokingAKeyEndsItsStreamsUnlessTheyAreKeptAndDisablingDoesOnlyIfAsked() {
        String one = KEYS + "/" + mint(KEYS);
        String itself = one.substring(KEYS.length() + 1);

        assertThat(admin.post(one + "/disable").expect(200).json()).containsEntry("ended_streams", 0);
        assertThat(admin.post(one + "/enable").expect(200).json()).containsEntry("ended_streams", 0);
        admin.post(one + "/revoke", Map.of("end_streams", false)).expect(200);
        assertThat(manager.publication.ended()).isEmpty();

        assertThat(admin.post(one + "/revoke").expect(200).json()).containsEntry("ended_streams", 3);
        assertThat(manager.publication.ended()).containsExactly(itself);

        String other = KEYS + "/" + mint(KEYS);
        admin.post(other + "/disable", Map.of("end_streams", true)).expect(200);
        assertThat(manager.publication.ended()).hasSize(2);
        assertThat(admin.unchecked()
                        .post(other + "/revoke", Map.of("end_streams", "yes"))
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("end_streams");
    }

    @Test
    void deletingAWorkloadOrAProjectEndsStreamsIfAsked() {
        Object workload = admin.post(
                        "/api/projects/acme/workloads",
                        Map.of("name", "Bot", "backend", "simulator", "model_name", "m"))
                .expect(201)
                .json()
                .get("id");
        Reply deleted =
                admin.delete("/api/workloads/" + workload + "?end_streams=true").expect(204);
        assertThat(deleted.header("Propagation").orElseThrow())
                .contains("\"epoch\":", "\"node\":\"a\"", "\"state\":\"acknowledged\"")
                .isPrintable();
        assertThat(manager.publication.ended()).containsExactly(String.valueOf(workload));

        String key = mint(KEYS);
        manager.asOwner().delete("/api/projects/acme?end_streams=true").expect(204);
        assertThat(manager.publication.ended()).contains(key);
    }

    @Test
    void revokingAndDisablingAKeyReturnAReceiptThatNamesEachNodesEpoch() {
        String one = KEYS + "/" + mint(KEYS);
        for (String change : List.of("disable", "revoke")) {
            Reply changed = admin.post(one + "/" + change).expect(200);
            Number epoch = (Number)
                    manager.store.read(session -> session.accessChanges().last().epoch());
            assertThat(changed.json().get("propagation"))
                    .isEqualTo(Map.of(
                            "confirmed",
                            true,
                            "epoch",
                            epoch.intValue(),
                            "nodes",
                            List.of(nodeReceipt(epoch.intValue())),
                            "took_ms",
                            3));
        }
    }

    private static Map<String, @Nullable Object> nodeReceipt(int epoch) {
        Map<String, @Nullable Object> receipt = new HashMap<>(Map.of(
                "node",
                "a",
                "node_id",
                "node_1",
                "epoch",
                epoch,
                "state",
                "acknowledged",
                "at",
                "2026-06-15T12:00:00Z"));
        receipt.put("may_serve_until", null);
        return receipt;
    }

    @ParameterizedTest
    @ValueSource(strings = {TOKENS, KEYS})
    void disablingCanBeUndone(String list) {
        String one = list + "/" + mint(list);

        assertThat(admin.post(one + "/disable", Map.of()).expect(200).json()).containsEntry("state", "disabled");
        assertThat(admin.get(one).json()).containsEntry("state", "disabled");
        assertThat(admin.post(one + "/enable").expect(200).json()).containsEntry("state", "active");
    }

    @Test
    void rotationGivesANewPublicIdAndTheOldSecretWorksForTheOverlap() {
        var minted = manager.token(acme);
        String one = TOKENS + "/" + minted.token().id();

        Reply rotated =
                admin.post(one + "/rotate", Map.of("overlap_seconds", 3600)).expect(200);

        SdkToken fresh = SdkToken.parse(rotated.text("credential")).orElseThrow();
        assertThat(rotated.json())
                .containsEntry("id", minted.token().id())
                .containsEntry("public_id", fresh.publicId());
        assertThat(fresh.publicId()).isNotEqualTo(minted.credential().publicId());
        assertThat(ApiClient.asObjects(rotated.json().get("secrets")))
                .extracting(secret -> secret.get("not_after"))
                .containsExactly(null, "2026-06-15T10:12:44Z");
        manager.as(fresh).get("/api/whoami").expect(200);
        manager.as(minted).get("/api/whoami").expect(200);
        manager.time.advance(Duration.ofHours(1));
        manager.as(minted).get("/api/whoami").expect(403, "token_revoked");
        manager.as(fresh).get("/api/whoami").expect(200);
    }

    @Test
    void rotationWithoutAnOverlapEndsTheOldSecretAtOnce() {
        var minted = manager.token(acme);

        admin.post(TOKENS + "/" + minted.token().id() + "/rotate").expect(200);

        manager.as(minted).get("/api/whoami").expect(403, "token_revoked");
    }

    @Test
    void theOverlapIsBounded() {
        String one = KEYS + "/" + mint(KEYS);

        admin.post(one + "/rotate", Map.of("overlap_seconds", 2592000)).expect(200);
        for (Object wrong : List.of(-1, 2592001, "1", 1.5)) {
            assertThat(admin.unchecked()
                            .post(one + "/rotate", Map.of("overlap_seconds", wrong))
                            .expect(400, "invalid_request")
                            .text("field"))
                    .isEqualTo("overlap_seconds");
        }
    }

    @Test
    void expiryMustBeInTheFutureAndIsShownWhenItCame() {
        assertThat(admin.post(KEYS, key("web", "2026-06-15T09:12:44Z", "acme/*"))
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("expires_at");
        admin.unchecked().post(KEYS, key("web", "tomorrow", "acme/*")).expect(400, "invalid_request");
        String id = admin.post(KEYS, key("web", "2026-06-16T11:12:44+02:00", "acme/*"))
                .expect(201)
                .text("id");
        assertThat(admin.get(KEYS + "/" + id).json()).containsEntry("expires_at", "2026-06-16T09:12:44Z");

        manager.time.advance(Duration.ofDays(1));
        ApiClient later = manager.asPerson("admin@acme.example", TestManager.PASSWORD);

        assertThat(later.get(KEYS + "/" + id).json()).containsEntry("state", "expired");
        later.post(KEYS + "/" + id + "/rotate").expect(409, "conflict");
    }

    @Test
    void aKeyIsMintedForWorkloadsThatNeedNotExist() {
        Reply minted = admin.post(KEYS, key("web", null, "acme/support-bot", "acme/embedder"))
                .expect(201);

        assertThat(LiveKey.parse(minted.text("credential"))).isPresent();
        assertThat(minted.json()).containsEntry("grants", List.of("acme/embedder", "acme/support-bot"));
        assertThat(manager.publication.has(minted.text("id"))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"other/bot", "bot", "acme/", "acme/Bot", "acme/*/x", "*", "*/*", "acme/bot ", "/bot", "acme//bot"
            })
    void aGrantOutsideOfTheProjectOrNotCanonicalIsRefused(String grant) {
        assertThat(admin.post(KEYS, key("web", null, "acme/ok", grant))
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("grants[1]");
    }

    @Test
    void aKeyIsGrantedEitherAllOrSome() {
        admin.post(KEYS, key("web", null, "acme/*", "acme/bot")).expect(400, "invalid_request");
        admin.unchecked().post(KEYS, Map.of("name", "web", "grants", List.of())).expect(400, "invalid_request");
        admin.unchecked().post(KEYS, Map.of("name", "web")).expect(400, "invalid_request");
        admin.unchecked().post(KEYS, Map.of("name", "web", "grants", "acme/*")).expect(400, "invalid_request");
    }

    @Test
    void aKeysGrantsNameAndExpiryCanBeChanged() {
        String one = KEYS + "/"
                + admin.post(KEYS, key("web", "2027-01-01T00:00:00Z", "acme/*")).text("id");
        manager.publication.takeIds();

        Reply changed = admin.patch(one, Map.of("grants", List.of("acme/bot"), "name", "narrow"))
                .expect(200);

        assertThat(changed.json())
                .containsEntry("grants", List.of("acme/bot"))
                .containsEntry("name", "narrow")
                .containsEntry("expires_at", "2027-01-01T00:00:00Z")
                .containsKey("propagation");
        assertThat(manager.publication.takeIds()).hasSize(1);
        Map<String, Object> nothing = new HashMap<>();
        nothing.put("expires_at", null);
        assertThat(admin.patch(one, nothing).expect(200).json()).containsEntry("expires_at", "2027-01-01T00:00:00Z");
        assertThat(admin.patch(one, Map.of("expires_at", "never")).expect(200).json())
                .containsEntry("expires_at", null);
    }

    @Test
    void aCredentialOfAnotherProjectIsNotThere() {
        Project other = manager.project("other");
        var token = manager.token(other);
        var key = manager.key(other);

        admin.get(TOKENS + "/" + token.token().id()).expect(404, "not_found");
        admin.post(TOKENS + "/" + token.token().id() + "/revoke").expect(404, "not_found");
        admin.get(KEYS + "/" + key.key().id()).expect(404, "not_found");
        admin.post(KEYS + "/" + key.key().id() + "/rotate").expect(404, "not_found");
        manager.as(token).get("/api/whoami").expect(200);
    }

    @Test
    void aRevocationThatTheDataPlaneDoesNotConfirmIsNotReportedAsDone() {
        String id = mint(KEYS);
        manager.publication.failing = true;

        admin.post(KEYS + "/" + id + "/revoke").expect(500, "internal");

        assertThat(admin.get(KEYS + "/" + id).json()).containsEntry("state", "revoked");
    }

    @Test
    void aRevocationWhoseReceiptTheStoreCanNotGiveSaysThatItIsStoredAndToAskAgain() {
        String id = mint(KEYS);
        manager.publication.away = true;

        Reply refused = admin.post(KEYS + "/" + id + "/revoke").expect(503, "store_unavailable");

        assertThat(refused.text("message")).contains("the change is stored", "send the request again");
        assertThat(refused.header("Retry-After")).isNotEmpty();
        manager.publication.away = false;
        admin.post(KEYS + "/" + id + "/revoke").expect(200);
    }

    @Test
    void aMintedKeyIsNotLostWhenTheDataPlaneIsOutOfReach() {
        manager.publication.failing = true;

        admin.post(KEYS, key("web", null, "acme/*")).expect(201);
    }

    @Test
    void namesMustBeSaneAndHoldNoCredential() {
        String secret = LiveKey.mint(manager.random).reveal();
        for (String wrong : List.of("", "  ", "a\nb", "x".repeat(201), secret, "my " + secret, "ik_sdk_")) {
            Reply refused =
                    admin.unchecked().post(TOKENS, Map.of("name", wrong)).expect(400, "invalid_request");
            assertThat(refused.text("field")).isEqualTo("name");
            assertThat(refused.body()).doesNotContain(secret);
        }
    }

    @Test
    void everyChangeOfAKeyIsAuditedWithPublicIdsOnly() {
        String one = KEYS + "/" + mint(KEYS);
        admin.post(one + "/disable").expect(200);
        admin.post(one + "/enable").expect(200);
        admin.patch(one, Map.of("name", "other")).expect(200);
        String rotated = admin.post(one + "/rotate").expect(200).text("credential");
        admin.post(one + "/revoke").expect(200);

        Reply trail = manager.asOperator().get("/api/projects/acme/audit?action=key.");

        assertThat(trail.list())
                .extracting(event -> event.get("action"))
                .containsExactly(
                        "key.revoked", "key.rotated", "key.changed", "key.enabled", "key.disabled", "key.created");
        assertThat(trail.body()).doesNotContain(rotated.substring(17));
    }

    @Test
    void aDataKeyOnTheControlPlaneIsRefusedByItsPrefixAndAuditedOnceAMinute() {
        IssuedApiKey key = manager.key(acme).key();
        var minted = manager.key(acme);
        ApiClient wrong = manager.as(minted.credential());

        for (int i = 0; i < 5; i++) {
            assertThat(wrong.unchecked()
                            .get("/api/no/such/path")
                            .expect(403, "wrong_credential_type")
                            .text("message"))
                    .isEqualTo("ik_live_" + minted.credential().publicId()
                            + "… is a data key; the management plane requires an ik_sdk_ token");
        }
        manager.api.bearer("ik_live_nonsense").get("/api/whoami").expect(403, "wrong_credential_type");

        assertThat(manager.asOperator()
                        .get("/api/audit?action=credential.refused")
                        .list())
                .extracting(event -> event.get("target"))
                .containsExactly("ik…", "ik_live_" + minted.credential().publicId() + "…");
        assertThat(manager.asOperator()
                        .get("/api/projects/acme/refused-credentials?days=1")
                        .expect(200)
                        .list())
                .singleElement()
                .satisfies(refused -> assertThat(refused)
                        .containsEntry(
                                "credential", "ik_live_" + minted.credential().publicId() + "…")
                        .containsEntry("uses", 1)
                        .containsEntry("last_from", "127.0.0.1"));
        assertThat(key.secrets().getFirst().lastUsedAt()).isNull();
        ApiClient spoofed = manager.api.bearer("ik_live_" + minted.credential().publicId() + "_" + "0".repeat(64));
        spoofed.get("/api/whoami").expect(403, "wrong_credential_type");
        assertThat(manager.asOperator()
                        .get("/api/projects/acme/audit?action=credential.refused")
                        .list())
                .hasSize(1);
        manager.time.advance(Duration.ofMinutes(1));
        wrong.get("/api/whoami").expect(403);
        assertThat(manager.asOperator()
                        .get("/api/audit?action=credential.refused")
                        .list())
                .hasSize(3);
    }

    private String mint(String list) {
        return admin.post(list, list.equals(KEYS) ? key("web", null, "acme/*") : Map.of("name", "deploy"))
                .expect(201)
                .text("id");
    }

    private static Map<String, Object> key(String name, @Nullable String expiresAt, String... grants) {
        Map<String, Object> body = new HashMap<>(Map.of("name", name, "grants", List.of(grants)));
        if (expiresAt != null) {
            body.put("expires_at", expiresAt);
        }
        return body;
    }
}
