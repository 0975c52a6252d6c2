package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.workload.JsonValues;
import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.ApiClient.Reply;
import dev.inferencekey.server.ports.runtime.LogTail;
import dev.inferencekey.server.ports.runtime.RunningReplica;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class WorkloadApiTest {
    private static final Map<String, Object> BOT =
            Map.of("name", "Support bot", "slug", "support-bot", "backend", "simulator", "model_name", "sim");
    private static final String WORKLOADS = "/api/projects/acme/workloads";

    private final TestManager manager = new TestManager();
    private final Project acme = manager.project("acme");
    private ApiClient token = manager.as(manager.token(acme));

    @BeforeEach
    void forgetWhatSetUpDid() {
        manager.publication.publish();
        manager.publication.takeIds();
    }

    @AfterEach
    void stop() {
        manager.close();
    }

    @Test
    void aDeclaredWorkloadComesBackWithWhatWasSentAndHowItStands() {
        Reply created = token.post(WORKLOADS, BOT).expect(201);

        assertThat(created.json())
                .containsEntry("name", "Support bot")
                .containsEntry("slug", "support-bot")
                .containsEntry("workload_slug", "support-bot")
                .containsEntry("project_slug", "acme")
                .containsEntry("project_id", acme.id())
                .containsEntry("task_type", "text2text")
                .containsEntry("backend", "simulator")
                .containsEntry("model_name", "sim")
                .containsEntry("description", null)
                .containsEntry("config", null)
                .containsEntry("created_at", "2026-06-15T09:12:44Z")
                .containsEntry(
                        "endpoint_url", "http://127.0.0.1:" + manager.server.port() + "/endpoint/acme/support-bot/v1")
                .containsEntry(
                        "status",
                        Map.of(
                                "phase",
                                "scheduling",
                                "message",
                                "waits for its turn",
                                "ready_replicas",
                                0,
                                "desired_replicas",
                                1));
        assertThat(created.text("id")).startsWith("wl_");
        assertThat(token.get("/api/workloads/" + created.text("id")).expect(200).json())
                .isEqualTo(created.json());
        assertThat(token.get(WORKLOADS + "/support-bot").expect(200).json()).isEqualTo(created.json());
        assertThat(token.get(WORKLOADS).expect(200).list()).containsExactly(created.json());
        assertThat(created.header("Location")).contains("/api/workloads/" + created.text("id"));
    }

    @Test
    void theEndpointAddressFollowsTheCallersSchemeAndHost() {
        Reply created =
                token.header("X-Forwarded-Proto", "https").post(WORKLOADS, BOT).expect(201);

        assertThat(created.text("endpoint_url")).startsWith("https://127.0.0.1:");
    }

    @Test
    void aCreationIsPublishedToldToTheRuntimeAndAudited() {
        String id = token.post(WORKLOADS, BOT).expect(201).text("id");

        assertThat(manager.publication.takeIds()).containsExactly(id);
        assertThat(manager.runtime.changes).hasValue(1);
        assertThat(manager.asOperator()
                        .get("/api/projects/acme/audit?action=workload.created")
                        .list())
                .singleElement()
                .satisfies(event -> assertThat(event)
                        .containsEntry("target", id)
                        .containsEntry("from", "127.0.0.1")
                        .extractingByKey("actor")
                        .asString()
                        .matches("ik_sdk_[0-9a-f]{8}…"));
    }

    @Test
    void repeatingADeclarationWithAnExplicitSlugAnswersWhatIsThere() {
        Reply first = token.post(WORKLOADS, BOT).expect(201);
        int changes = manager.runtime.changes.get();

        Reply second = token.post(WORKLOADS, BOT).expect(200);

        assertThat(second.json()).isEqualTo(first.json());
        assertThat(manager.runtime.changes).hasValue(changes);
    }

    @Test
    void anotherDeclarationUnderTheSameSlugIsAConflict() {
        token.post(WORKLOADS, BOT).expect(201);
        Map<String, Object> other = new LinkedHashMap<>(BOT);
        other.put("model_name", "another");

        assertThat(token.post(WORKLOADS, other).expect(409, "slug_taken").text("message"))
                .isEqualTo("workload \"support-bot\" exists in project \"acme\" with another definition; PATCH it or"
                        + " choose another slug");
    }

    @Test
    void slugsMadeFromTheNameAreMadeUnique() {
        Map<String, Object> body =
                Map.of("name", "Gemma 4 26B (llama.cpp) on R9700", "backend", "simulator", "model_name", "sim");

        List<String> slugs = IntStream.range(0, 3)
                .mapToObj(attempt -> token.post(WORKLOADS, body).expect(201).text("slug"))
                .toList();

        assertThat(slugs)
                .containsExactly(
                        "gemma-4-26b-llama-cpp-on-r9700",
                        "gemma-4-26b-llama-cpp-on-r9700-1",
                        "gemma-4-26b-llama-cpp-on-r9700-2");
    }

    @Test
    void ofManyConcurrentCreationsOfOneSlugExactlyOneMakesIt() throws Exception {
        int callers = 12;
        CyclicBarrier together = new CyclicBarrier(callers);
        try (ExecutorService threads = Executors.newFixedThreadPool(callers)) {
            Callable<Reply> create = () -> {
                together.await();
                return token.post(WORKLOADS, BOT);
            };
            List<Future<Reply>> replies = threads.invokeAll(
                    IntStream.range(0, callers).mapToObj(i -> create).toList());
            int created = 0;
            for (Future<Reply> reply : replies) {
                assertThat(reply.get().status()).isIn(200, 201);
                created += reply.get().status() == 201 ? 1 : 0;
            }
            assertThat(created).isEqualTo(1);
        }
        assertThat(token.get(WORKLOADS).list()).hasSize(1);
    }

    @Test
    void aChangeTouchesOnlyWhatWasSent() {
        String id = token.post(WORKLOADS, BOT).expect(201).text("id");
        manager.time.advance(Duration.ofMinutes(5));

        Reply changed = token.patch("/api/workloads/" + id, Map.of("model_name", "sim-2"))
                .expect(200);

        assertThat(changed.json())
                .containsEntry("model_name", "sim-2")
                .containsEntry("name", "Support bot")
                .containsEntry("created_at", "2026-06-15T09:12:44Z")
                .containsEntry("updated_at", "2026-06-15T09:17:44Z");
        assertThat(token.get("/api/workloads/" + id).json()).isEqualTo(changed.json());
    }

    @Test
    void aChangeThatChangesNothingTellsNobody() {
        token.post(WORKLOADS, BOT).expect(201);
        int changes = manager.runtime.changes.get();
        manager.publication.takeIds();

        token.patch(WORKLOADS + "/support-bot", Map.of("name", "Support bot")).expect(200);

        assertThat(manager.runtime.changes).hasValue(changes);
        assertThat(manager.publication.takeIds()).isEmpty();
    }

    @Test
    void slugAndTaskTypeCanNotBeChanged() {
        token.post(WORKLOADS, BOT).expect(201);
        ApiClient client = token.unchecked();

        assertThat(client.patch(WORKLOADS + "/support-bot", Map.of("slug", "other"))
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("slug");
        assertThat(client.patch(WORKLOADS + "/support-bot", Map.of("task_type", "omni"))
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("task_type");
    }

    @Test
    void aDeletedWorkloadIsGoneAndEverybodyIsTold() {
        String id = token.post(WORKLOADS, BOT).expect(201).text("id");
        manager.publication.takeIds();
        int changes = manager.runtime.changes.get();

        Reply deleted = token.delete("/api/workloads/" + id).expect(204);

        assertThat(deleted.body()).isEmpty();
        assertThat(manager.publication.takeIds()).containsExactly(id);
        assertThat(manager.runtime.changes).hasValue(changes + 1);
        token.get("/api/workloads/" + id).expect(404, "workload_not_found");
        token.delete("/api/workloads/" + id).expect(404, "workload_not_found");
        assertThat(token.get(WORKLOADS + "/support-bot")
                        .expect(404, "workload_not_found")
                        .text("message"))
                .isEqualTo("there is no workload \"support-bot\" in project \"acme\"");
    }

    @Test
    void aWorkloadOfAnotherProjectIsAMismatchWhileAnUnknownIdIsNotFound() {
        Workload foreign = manager.workload(manager.project("other"), "secret-sauce");

        token.get("/api/workloads/" + foreign.id()).expect(403, "project_scope_mismatch");
        token.delete("/api/workloads/" + foreign.id()).expect(403, "project_scope_mismatch");
        token.get("/api/workloads/wl_unknown").expect(404, "workload_not_found");
        manager.asOperator().get("/api/workloads/wl_unknown").expect(404, "workload_not_found");
    }

    @Test
    void aReadOnlyTokenHearsOfItsScopeBeforeItHearsWhetherTheWorkloadExists() {
        ApiClient readOnly = manager.as(manager.token(acme, Scope.WORKLOAD_READ));

        readOnly.get("/api/workloads/wl_unknown").expect(404, "workload_not_found");
        readOnly.delete("/api/workloads/wl_unknown").expect(403, "scope_insufficient");
        readOnly.delete(WORKLOADS + "/unknown").expect(403, "scope_insufficient");
        readOnly.unchecked().post(WORKLOADS, Map.of("nonsense", true)).expect(403, "scope_insufficient");
    }

    @Test
    void pinningAWorkloadTakesItsOwnScope() {
        ApiClient unpinned = manager.as(manager.token(acme, Scope.WORKLOAD_WRITE));
        Map<String, Object> pinned = new LinkedHashMap<>(BOT);
        pinned.put("worker_id", "wrk_1");

        unpinned.post(WORKLOADS, pinned).expect(403, "scope_insufficient");
        token.post(WORKLOADS, pinned).expect(201);
        String workload = WORKLOADS + "/support-bot";
        unpinned.patch(workload, Map.of("worker_id", "wrk_2")).expect(403, "scope_insufficient");
        unpinned.patch(workload, Map.of("gpu_resource_id", "gpu_0")).expect(403, "scope_insufficient");
        unpinned.patch(workload, Map.of("worker_id", "")).expect(403, "scope_insufficient");
        unpinned.patch(workload, Map.of("worker_id", "wrk_1", "name", "Bot")).expect(200);
        assertThat(token.patch(workload, Map.of("worker_id", "")).expect(200).json())
                .containsEntry("worker_id", null);
    }

    @Test
    void configComesBackEqualAsJsonDownToTheDigitsAndInOrder() {
        String config = "{\"tokens_per_second\":1.0,\"crash_rate\":-0.0,\"output_tokens\":1e3,"
                + "\"failure_rate\":0.1000000000000000055511151231257827,\"startup_ms\":null}";
        String body = "{\"name\":\"n\",\"slug\":\"exact\",\"backend\":\"simulator\",\"model_name\":\"m\",\"config\":"
                + config + "}";

        Reply created = token.send("POST", WORKLOADS, body).expect(201);

        Object sent = ApiClient.JSON.readValue(config, Object.class);
        assertThat(JsonValues.equal(created.json().get("config"), sent)).isTrue();
        assertThat(ApiClient.asObject(created.json().get("config")).keySet())
                .containsExactly("tokens_per_second", "crash_rate", "output_tokens", "failure_rate", "startup_ms");
        assertThat(created.body()).contains("1.0,", "0.1000000000000000055511151231257827");
        token.send("POST", WORKLOADS, body).expect(200);
    }

    @Test
    void anyConfigRoundTrips() {
        Random random = new Random(20260615);
        List<String> keys = new ArrayList<>(List.of("failure_rate", "crash_rate", "tokens_per_second", "ttft_ms"));
        for (int i = 0; i < 150; i++) {
            Collections.shuffle(keys, random);
            Map<String, @Nullable Object> config = new LinkedHashMap<>();
            for (String key : keys.subList(0, random.nextInt(keys.size() + 1))) {
                config.put(
                        key,
                        switch (random.nextInt(key.equals("ttft_ms") ? 2 : 4)) {
                            case 0 -> null;
                            case 1 -> 1;
                            case 2 -> new BigDecimal(random.nextInt(1, 10_000)).movePointLeft(4);
                            default -> random.nextDouble(0.001, 1);
                        });
            }
            Map<String, Object> body = new LinkedHashMap<>();
            body.put("name", "n");
            body.put("slug", "round-trip-" + i);
            body.put("backend", "simulator");
            body.put("model_name", "m");
            body.put("config", config);

            Reply created = token.post(WORKLOADS, body).expect(201);

            assertThat(JsonValues.equal(created.json().get("config"), config))
                    .as("%s", body)
                    .isTrue();
            token.post(WORKLOADS, body).expect(200);
        }
    }

    @Test
    void aFlagThatIsNotListedIsRefusedAtItsFieldWhenItIsDeclaredAndWhenItIsChanged() {
        Map<String, Object> body = Map.of(
                "name", "n",
                "slug", "flags",
                "backend", "llamacpp",
                "model_name", "m",
                "config", Map.of("command", "llama-server -m x.gguf --mcp-servers-json '{}'"));

        Reply refused = token.post(WORKLOADS, body).expect(400, "invalid_request");

        assertThat(refused.text("field")).isEqualTo("config.command");
        assertThat(refused.text("message")).contains("--mcp-servers-json", "ik server --engine-flags");

        Map<String, Object> fine = new LinkedHashMap<>(body);
        fine.put("config", Map.of("command", "llama-server -m x.gguf"));
        token.post(WORKLOADS, fine).expect(201);
        Map<String, Object> patch = Map.of("config", Map.of("command", "llama-server -m /etc/passwd"));
        assertThat(token.patch(WORKLOADS + "/flags", patch)
                        .expect(400, "invalid_request")
                        .text("field"))
                .isEqualTo("config.command");
        token.patch(WORKLOADS + "/flags", Map.of("name", "renamed")).expect(200);
    }

    @Test
    void aVariableThatIsNotListedIsRefusedAtItsField() {
        Map<String, Object> body = Map.of(
                "name", "n",
                "backend", "ollama",
                "model_name", "m",
                "config", Map.of("env", Map.of("LD_PRELOAD", "/x.so")));

        assertThat(token.post(WORKLOADS, body).expect(400, "invalid_request").text("field"))
                .isEqualTo("config.env.LD_PRELOAD");
    }

    @Test
    void theListWithoutALimitIsWhole() {
        IntStream.range(0, 130).forEach(i -> manager.workload(acme, "bot-" + i));

        Reply all = token.get(WORKLOADS).expect(200);

        assertThat(all.list()).hasSize(130);
        assertThat(all.header("Link")).isEmpty();
        assertThat(token.get(WORKLOADS + "?limit=100").list()).hasSize(100);
    }

    @Test
    void logLinesAreTheLastOnesAndHoldNoCredential() {
        manager.workload(acme, "bot");
        String secret = manager.key(acme).credential().reveal();
        manager.runtime.logLines = List.of("first", "loading", "got " + secret);

        Reply logs = token.get(WORKLOADS + "/bot/logs?lines=2").expect(200);

        assertThat(logs.json().get("lines")).isEqualTo(List.of("loading", "got " + secret.substring(0, 16) + "…"));
        assertThat(logs.json().get("missing")).isEqualTo(List.of());
    }

    @Test
    void logsSayWhichNodesHaveMore() {
        manager.workload(acme, "bot");
        manager.runtime.missingLogs = List.of(new LogTail.Missing("node-a", "What node-a has is missing."));

        assertThat(token.get(WORKLOADS + "/bot/logs").expect(200).json().get("missing"))
                .isEqualTo(List.of(Map.of("node", "node-a", "message", "What node-a has is missing.")));
    }

    @Test
    void replicasAreToldOfOneByOneWithoutCredentials() {
        manager.workload(acme, "bot");
        String secret = manager.key(acme).credential().reveal();
        Instant start = Instant.parse("2026-06-15T09:00:00Z");
        manager.runtime.replicas = List.of(
                new RunningReplica(
                        "rep_1", "node-a", RunningReplica.State.READY, "", true, start, start.plusSeconds(3), 2),
                new RunningReplica(
                        "rep_2", "node-b", RunningReplica.State.FAILED, "got " + secret, false, start, null, 0));

        assertThat(token.get(WORKLOADS + "/bot/replicas").expect(200).list())
                .containsExactly(
                        replica("rep_1", "node-a", "ready", "", true, "2026-06-15T09:00:03Z", 2),
                        replica("rep_2", "node-b", "failed", "got " + secret.substring(0, 16) + "…", false, null, 0));
        token.get(WORKLOADS + "/nobody/replicas").expect(404, "workload_not_found");
    }

    private static Map<String, @Nullable Object> replica(
            String id,
            String worker,
            String state,
            String message,
            boolean outdated,
            @Nullable String readySince,
            int requests) {
        Map<String, @Nullable Object> replica = new HashMap<>();
        replica.put("id", id);
        replica.put("worker_id", worker);
        replica.put("state", state);
        replica.put("message", message);
        replica.put("outdated", outdated);
        replica.put("started_at", "2026-06-15T09:00:00Z");
        replica.put("ready_since", readySince);
        replica.put("requests", requests);
        return replica;
    }

    @Test
    void theStatusIsTheRuntimes() {
        Workload bot = manager.workload(acme, "bot");
        manager.runtime.tell(bot.id(), ReadinessPhase.READY, "serves");

        assertThat(token.get(WORKLOADS + "/bot").json().get("status"))
                .isEqualTo(Map.of("phase", "ready", "message", "serves", "ready_replicas", 1, "desired_replicas", 1));
    }
}
