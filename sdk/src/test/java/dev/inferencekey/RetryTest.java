package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class RetryTest {
    private final FakeServer server = new FakeServer();
    private final FakeTiming timing = new FakeTiming();

    @AfterEach
    void stop() {
        timing.close();
        server.close();
    }

    private ManagementClient management() {
        return Clients.management(server).timing(timing).build();
    }

    @ParameterizedTest
    @ValueSource(ints = {502, 503, 504})
    void triesControlCallsAgainUntilTheyWork(int status) {
        server.nextJson(status, "{}").nextJson(status, "{}").nextJson(200, "[]");
        try (ManagementClient client = management()) {
            assertThat(client.list()).isEmpty();
        }
        assertThat(timing.pauseSeconds()).containsExactly(1L, 2L);
        assertThat(server.requests()).hasSize(3);
    }

    @Test
    void pausesOneTwoFourThenFiveSecondsAndStopsWithTheLimit() {
        server.always((request, answer) -> answer.json(503, "{\"error\":\"store_unavailable\",\"message\":\"full\"}"));
        try (ManagementClient client = management()) {
            assertThatExceptionOfType(ApiException.class)
                    .isThrownBy(client::list)
                    .withMessage("api error [503 store_unavailable]: full");
        }
        // The client's limit is 20 s: 1 + 2 + 4 + 5 + 5 is 17, and another 5 would be too late.
        assertThat(timing.pauseSeconds()).containsExactly(1L, 2L, 4L, 5L, 5L);
    }

    @Test
    void stopsWithRetryForEvenIfTheCallMayTakeLonger() {
        server.always((request, answer) -> answer.json(502, "{}"));
        try (ManagementClient client = Clients.management(server)
                .timing(timing)
                .timeout(Duration.ofMinutes(5))
                .retryFor(Duration.ofSeconds(4))
                .build()) {
            assertThatExceptionOfType(ApiException.class).isThrownBy(client::list);
        }
        assertThat(timing.pauseSeconds()).containsExactly(1L, 2L);
    }

    @Test
    void waitsAsLongAsTheServerAsksIfThereIsTime() {
        server.next((request, answer) -> answer.json(503, "{}", "Retry-After: 7"))
                .nextJson(200, "[]");
        try (ManagementClient client = management()) {
            client.list();
        }
        assertThat(timing.pauseSeconds()).containsExactly(7L);
    }

    @Test
    void doesNotWaitForARetryAfterThatIsTooLate() {
        server.next((request, answer) -> answer.json(503, "{}", "Retry-After: 60"));
        try (ManagementClient client = management()) {
            assertThatExceptionOfType(ApiException.class).isThrownBy(client::list);
        }
        assertThat(timing.pauses()).isEmpty();
        assertThat(server.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 429, 500})
    void doesNotRepeatWhatWouldOnlyFailAgain(int status) {
        server.always((request, answer) -> answer.json(status, "{}"));
        try (ManagementClient client = management()) {
            assertThatExceptionOfType(InferenceKeyException.class).isThrownBy(client::list);
        }
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void repeatsTheWholeBodyOfAChange() {
        FakeControlPlane plane = new FakeControlPlane();
        server.next(plane).nextJson(503, "{}").always(plane);
        try (ManagementClient client = management()) {
            client.ensure(Clients.spec().build());
        }
        List<FakeServer.Request> requests = server.requests();
        assertThat(requests).extracting(FakeServer.Request::method).containsExactly("GET", "POST", "POST");
        assertThat(requests.get(2).body()).isEqualTo(requests.get(1).body()).isNotEmpty();
    }

    @Test
    void survivesAConnectionThatBreaks() {
        server.next((request, answer) -> answer.reset());
        server.next((request, answer) -> {
            answer.raw("HTTP/1.1 200 OK\r\nContent-Length: 100\r\nContent-Type: application/json\r\n\r\n[");
            answer.cut();
        });
        server.always((request, answer) -> answer.json(200, "[]"));
        try (ManagementClient client = management()) {
            assertThat(client.list()).isEmpty();
        }
    }

    @Test
    void doesNotRepeatInferenceThatMayHaveRun() {
        server.always((request, answer) ->
                answer.json(503, "{\"error\":{\"code\":\"workload_not_ready\",\"message\":\"wakes\"}}"));
        try (DataClient client = Clients.data(server).timing(timing).build()) {
            assertThatExceptionOfType(ApiException.class)
                    .isThrownBy(() -> client.endpoint("bot").generateText(TextParams.ofPrompt("Hi")))
                    .withMessage("api error [503 workload_not_ready]: wakes");
            server.next((request, answer) -> answer.reset());
            assertThatExceptionOfType(TransportException.class)
                    .isThrownBy(() -> client.endpoint("bot").embed("Hi"));
        }
        assertThat(server.requests()).hasSize(2);
        assertThat(timing.pauses()).isEmpty();
    }

    @Test
    void repeatsInferenceIfToldTo() {
        server.nextJson(503, "{}").nextJson(200, Golden.text("data/chat.response.json"));
        try (DataClient client =
                Clients.data(server).timing(timing).retryInference(true).build()) {
            client.endpoint("bot").generateText(TextParams.ofPrompt("Hi"));
        }
        assertThat(timing.pauseSeconds()).containsExactly(1L);
    }

    @Test
    void repeatsInferenceThatNeverLeft() throws IOException {
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0)) {
            closedPort = socket.getLocalPort();
        }
        try (DataClient client = Clients.data(server)
                .baseUrl("http://127.0.0.1:" + closedPort)
                .timing(timing)
                .build()) {
            assertThatExceptionOfType(TransportException.class)
                    .isThrownBy(() -> client.endpoint("bot").generateText(TextParams.ofPrompt("Hi")))
                    .withMessageStartingWith(
                            "transport error: could not connect to http://127.0.0.1:" + closedPort + ": ")
                    .satisfies(e -> assertThat(e.statusCode()).isZero());
        }
        assertThat(timing.pauseSeconds()).containsExactly(1L, 2L, 4L, 5L, 5L);
    }

    @Test
    void submitsAJobAgainOnlyUnderAKey() {
        JobParams job = JobParams.json(JobKind.CHAT, Map.of("messages", List.of()));
        try (DataClient client = Clients.data(server).timing(timing).build()) {
            server.nextJson(502, "{}");
            assertThatExceptionOfType(ApiException.class)
                    .isThrownBy(() -> client.endpoint("bot").submitJob(job));

            server.nextJson(502, "{}").nextJson(202, Golden.text("jobs/submit.response.json"));
            assertThat(client.endpoint("bot").submitJob(job.withIdempotencyKey("ticket-1")))
                    .isNotEmpty();
        }
        assertThat(server.requests())
                .extracting(request -> request.header("Idempotency-Key").orElse("-"))
                .containsExactly("-", "ticket-1", "ticket-1");
    }
}
