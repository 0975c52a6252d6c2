package dev.inferencekey;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.InstanceOfAssertFactories.DURATION;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Random;
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

    @ParameterizedTest
    @ValueSource(ints = {429, 502, 503, 504})
    void repeatsOverloadedInferenceIfToldTo(int status) {
        server.next((request, answer) -> answer.json(status, "{}", "Retry-After: 3"))
                .nextJson(200, Golden.text("data/chat.response.json"));
        try (DataClient client =
                Clients.data(server).timing(timing).retryInference(true).build()) {
            client.endpoint("bot").generateText(TextParams.ofPrompt("Hi"));
        }
        assertThat(timing.pauseSeconds()).containsExactly(3L);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 403, 404, 500})
    void doesNotRepeatInferenceThatWouldOnlyFailAgain(int status) {
        server.always((request, answer) -> answer.json(status, "{}"));
        try (DataClient client =
                Clients.data(server).timing(timing).retryInference(true).build()) {
            assertThatExceptionOfType(InferenceKeyException.class)
                    .isThrownBy(() -> client.endpoint("bot").generateText(TextParams.ofPrompt("Hi")));
        }
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void waitsUntilTheDateThatTheServerNames() {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                timing.instant().plusSeconds(9).atOffset(ZoneOffset.UTC));
        server.next((request, answer) -> answer.json(503, "{}", "Retry-After: " + date))
                .nextJson(200, "[]");
        try (ManagementClient client = management()) {
            client.list();
        }
        assertThat(timing.pauses()).singleElement(as(DURATION)).isBetween(Duration.ofSeconds(5), Duration.ofSeconds(9));
    }

    @Test
    void followsThePolicyItIsGiven() {
        server.always((request, answer) -> answer.json(503, "{}"));
        RetryPolicy policy = RetryPolicy.defaults()
                .withMaxAttempts(5)
                .withDelays(Duration.ofMillis(100), Duration.ofMillis(300))
                .withJitter(1);
        try (DataClient client = Clients.data(server)
                .timing(timing.random(() -> 0.5))
                .retryInference(true)
                .retryPolicy(policy)
                .build()) {
            assertThatExceptionOfType(ApiException.class)
                    .isThrownBy(() -> client.endpoint("bot").generateText(TextParams.ofPrompt("Hi")));
        }
        assertThat(timing.pauses()).extracting(Duration::toMillis).containsExactly(150L, 300L, 450L, 450L);
        assertThat(server.requests()).hasSize(5);
    }

    @Test
    void refusesAPolicyThatMakesNoSense() {
        RetryPolicy policy = RetryPolicy.defaults();
        assertThatExceptionOfType(ConfigurationException.class).isThrownBy(() -> policy.withMaxAttempts(0));
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> policy.withDelays(Duration.ZERO, Duration.ofSeconds(1)));
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> policy.withDelays(Duration.ofSeconds(2), Duration.ofSeconds(1)));
        assertThatExceptionOfType(ConfigurationException.class).isThrownBy(() -> policy.withJitter(1.1));
        assertThatExceptionOfType(ConfigurationException.class).isThrownBy(() -> policy.withJitter(Double.NaN));
        assertThatExceptionOfType(ConfigurationException.class).isThrownBy(() -> policy.withBudget(-1));
    }

    @Test
    void aTotalOutageBringsNoMoreRetriesThanTheBudgetHowManyCallsThereMayBe() {
        server.always((request, answer) -> answer.json(503, "{}"));
        try (DataClient client = Clients.data(server)
                .timing(timing)
                .retryInference(true)
                .retryPolicy(RetryPolicy.defaults().withBudget(12))
                .build()) {
            for (int call = 0; call < 100; call++) {
                assertThatExceptionOfType(ApiException.class)
                        .isThrownBy(() -> client.endpoint("bot").generateText(TextParams.ofPrompt("Hi")));
            }
        }
        assertThat(server.requests()).hasSize(100 + 12);
    }

    @Test
    void controlCallsShareABudgetTooAndSuccessesFillIt() {
        server.always((request, answer) -> answer.json(503, "{}"));
        try (ManagementClient client = management()) {
            for (int call = 0; call < 100; call++) {
                assertThatExceptionOfType(ApiException.class).isThrownBy(client::list);
            }
            assertThat(server.requests()).hasSize(100 + 100);

            server.always((request, answer) -> answer.json(200, "[]"));
            for (int call = 0; call < 20; call++) {
                client.list();
            }
            server.always((request, answer) -> answer.json(503, "{}"));
            assertThatExceptionOfType(ApiException.class).isThrownBy(client::list);
        }
        // Twenty successes pay for two retries.
        assertThat(server.requests()).hasSize(200 + 20 + 3);
    }

    /** Whatever is drawn and whatever the server asks for, no attempt begins after the limits. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
    void neverBeginsAnAttemptAfterTheTimeIsUp(long seed) {
        Random dice = new Random(seed);
        Duration timeout = Duration.ofMillis(30_000 + dice.nextInt(60_000));
        Duration retryFor = Duration.ofMillis(dice.nextInt(60_000));
        server.always((request, answer) -> {
            int asked = dice.nextInt(20);
            String[] headers = asked < 8 ? new String[] {"Retry-After: " + asked} : new String[0];
            answer.json(503, "{}", headers);
        });
        timing.random(dice::nextDouble);
        try (ManagementClient client = Clients.management(server)
                .timing(timing)
                .timeout(timeout)
                .retryFor(retryFor)
                .build()) {
            assertThatExceptionOfType(ApiException.class).isThrownBy(client::list);
        }
        Duration waited = timing.pauses().stream().reduce(Duration.ZERO, Duration::plus);
        assertThat(waited).isLessThanOrEqualTo(retryFor).isLessThan(timeout);
    }
}
