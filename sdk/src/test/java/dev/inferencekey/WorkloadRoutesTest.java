package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class WorkloadRoutesTest {
    private final FakeServer server = new FakeServer();
    private final ManagementClient client =
            Clients.management(server).timing(new FakeTiming()).build();

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    @Test
    void readsABareList() {
        server.nextJson(200, Golden.text("control/workload-list.response.json"));

        assertThat(client.list()).extracting(Workload::slug).containsExactly("support-bot", "embedder");
    }

    @Test
    void readsAWrappedList() {
        server.nextJson(200, Golden.text("control/workload-list-wrapped.response.json"));

        assertThat(client.list()).extracting(Workload::id).containsExactly("wl_5f2c", "wl_8a10");
    }

    @Test
    void readsAnEmptyList() {
        server.nextJson(200, Golden.text("control/workload-list-empty.response.json"));

        assertThat(client.list()).isEmpty();
    }

    @Test
    void readsEveryFieldOfAWorkload() {
        server.nextJson(200, Golden.text("control/workload.response.json"));

        Workload workload = client.get("support-bot");

        assertThat(workload.id()).isEqualTo("wl_5f2c");
        assertThat(workload.projectId()).isEqualTo("proj_01h9");
        assertThat(workload.projectSlug()).isEqualTo("acme");
        assertThat(workload.name()).isEqualTo("Support bot");
        assertThat(workload.description()).isEqualTo("Answers tickets before a person does");
        assertThat(workload.taskType()).isEqualTo("text2text");
        assertThat(workload.backend()).isEqualTo("vllm");
        assertThat(workload.modelName()).isEqualTo("google/gemma-4-26b");
        assertThat(workload.config()).containsEntry("vllm_version", "0.11.0");
        assertThat(workload.workerId()).isEqualTo("wrk_7c1f");
        assertThat(workload.gpuResourceId()).isEqualTo("gpu_0");
        assertThat(workload.executionPolicy()).isEqualTo("fixed");
        assertThat(workload.executionPolicyConfig()).isEqualTo(Map.of("replicas", 1));
        assertThat(workload.createdAt()).isEqualTo(Instant.parse("2026-06-15T09:12:44Z"));
        assertThat(workload.updatedAt()).isEqualTo(Instant.parse("2026-06-15T09:12:44Z"));
        assertThat(workload.status()).isEqualTo(new WorkloadStatus("ready", "1 of 1 replicas serve", 1, 1));
        assertThat(workload.endpointUrl()).isEqualTo("https://api.inferencekey.com/endpoint/acme/support-bot/v1");
    }

    @Test
    void readsAWorkloadOfAnotherServerAndKeepsWhatItDoesNotKnow() {
        server.nextJson(200, Golden.text("control/workload-foreign.response.json"));

        Workload workload = client.get("support-bot");

        assertThat(workload.id()).isEqualTo("7");
        assertThat(workload.status()).isNull();
        assertThat(workload.raw())
                .containsEntry("labels", Map.of("team", "support"))
                .containsEntry("generation", 4);
    }

    @Test
    void readsAWorkloadThatHasAlmostNothing() {
        server.nextJson(
                200,
                "{\"id\":7,\"workload_slug\":\"bot\",\"config\":[],\"created_at\":\"yesterday\",\"status\":{\"phase\":\"ready\","
                        + "\"ready_replicas\":99999999999,\"desired_replicas\":\"x\"}}");

        Workload workload = client.get("bot");

        assertThat(workload.id()).isEqualTo("7");
        assertThat(workload.slug()).isEqualTo("bot");
        assertThat(workload.config()).isNull();
        assertThat(workload.createdAt()).isNull();
        assertThat(workload.status()).isEqualTo(new WorkloadStatus("ready", null, Integer.MAX_VALUE, 0));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "null", "7", "{", "{}", "{\"id\":\"x\"}", "[1]", "<html>", "{\"id\":\"\",\"slug\":\"a\"} {}"
            })
    void saysSoIfAWorkloadCannotBeRead(String body) {
        server.next((request, answer) -> answer.json(200, body, "X-Request-Id: req_7"));

        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> client.get("support-bot"))
                .withMessageStartingWith("api error [200]: the answer can't be read: ")
                .satisfies(e -> {
                    assertThat(e.statusCode()).isEqualTo(200);
                    assertThat(e.requestId()).hasValue("req_7");
                });
    }

    @Test
    void followsThePagesOfAList() {
        server.next((request, answer) -> answer.json(
                200,
                "[{\"id\":\"1\",\"slug\":\"one\"}]",
                "Link: </api/projects/acme/workloads?cursor=abc&limit=1>; rel=\"next\", </x>; rel=\"prev\""));
        server.next((request, answer) -> answer.json(
                200, "[{\"id\":\"2\",\"slug\":\"two\"}]", "Link: <" + server.url() + "/more?cursor=d,e>; rel=next"));
        server.nextJson(200, "{\"workloads\":[{\"id\":\"3\",\"slug\":\"three\"}]}");

        assertThat(client.list()).extracting(Workload::slug).containsExactly("one", "two", "three");
        assertThat(server.requests())
                .extracting(FakeServer.Request::path)
                .containsExactly(
                        "/api/projects/acme/workloads",
                        "/api/projects/acme/workloads?cursor=abc&limit=1",
                        "/more?cursor=d,e");
    }

    @Test
    void neverTakesTheTokenToAnotherServer() {
        try (FakeServer other = new FakeServer()) {
            server.next((request, answer) ->
                    answer.json(200, "[]", "Link: <" + other.url() + "/api/projects/acme/workloads>; rel=\"next\""));

            assertThatExceptionOfType(ApiException.class)
                    .isThrownBy(client::list)
                    .withMessageContaining("another server, which must not see the token");
            assertThat(other.requests()).isEmpty();
        }
    }

    @Test
    void leavesAListThatGoesInACircle() {
        server.always(
                (request, answer) -> answer.json(200, "[]", "Link: </api/projects/acme/workloads>; rel=\"next\""));

        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(client::list)
                .withMessageContaining("the list's pages go in a circle");
    }

    @Test
    void saysWhichWorkloadIsNotThere() {
        server.next((request, answer) -> answer.json(
                404, Golden.text("control/errors/workload-not-found.response.json"), "X-Request-Id: req_9"));

        assertThatExceptionOfType(NotFoundException.class)
                .isThrownBy(() -> client.get("support-bot"))
                .withMessageStartingWith("not found: ")
                .satisfies(e -> {
                    assertThat(e.requestId()).hasValue("req_9");
                    assertThat(e.code()).hasValue("workload_not_found");
                });
        server.nextJson(404, "{\"error\":\"not_found\",\"message\":\"no such route\"}");
        server.nextJson(200, "[]");
        assertThatExceptionOfType(NotFoundException.class)
                .isThrownBy(() -> client.get("support-bot"))
                .withMessage("not found: no workload \"support-bot\" in project \"acme\"");
    }

    @Test
    void deletesAndSaysWhetherThereWasSomething() {
        FakeControlPlane plane = new FakeControlPlane();
        plane.put("acme", Map.of("slug", "support-bot"));
        server.always(plane);

        assertThat(client.delete("Support Bot")).isTrue();
        assertThat(client.delete("Support Bot")).isFalse();
        assertThat(plane.changes()).containsExactly("DELETE");
    }

    @Test
    void countsADeletionWhoseAnswerWasLost() {
        server.nextJson(200, "{\"id\":\"wl_1\",\"slug\":\"support-bot\"}");
        server.nextJson(502, "{}");
        server.nextJson(404, "{\"error\":\"workload_not_found\",\"message\":\"gone\"}");

        assertThat(client.delete("support-bot")).isTrue();
    }

    @Test
    void doesNotCountADeletionThatSomebodyElseMade() {
        server.nextJson(200, "{\"id\":\"wl_1\",\"slug\":\"support-bot\"}");
        server.nextJson(404, "{\"error\":\"workload_not_found\",\"message\":\"gone\"}");

        assertThat(client.delete("support-bot")).isFalse();
    }

    @Test
    void encodesWhatGoesIntoAnAddress() {
        server.nextJson(200, "{\"id\":\"a/../b?c=é\",\"slug\":\"support-bot\"}");
        server.next((request, answer) -> answer.whole(204, "text/plain", ""));

        client.delete("support-bot");

        assertThat(server.requests().get(1).path()).isEqualTo("/api/workloads/a%2F..%2Fb%3Fc%3D%C3%A9");
    }
}
