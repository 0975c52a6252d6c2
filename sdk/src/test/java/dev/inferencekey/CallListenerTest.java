package dev.inferencekey;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class CallListenerTest {
    private static final TextParams HI = TextParams.ofPrompt("Where is my parcel?");
    private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private final FakeServer server = new FakeServer();
    private final FakeTiming timing = new FakeTiming();
    private final RecordingListener listener = new RecordingListener();

    @AfterEach
    void stop() {
        timing.close();
        server.close();
    }

    private DataClient.Builder data() {
        return Clients.data(server).timing(timing).listener(listener);
    }

    private ManagementClient management() {
        return Clients.management(server).timing(timing).listener(listener).build();
    }

    @Test
    void tellsWhatIsCalledAndHowItEnded() {
        server.next(
                (request, answer) -> answer.json(200, Golden.text("data/chat.response.json"), "X-Request-Id: req_7"));
        try (DataClient client = data().build()) {
            TextResult result = client.endpoint("support-bot").generateText(HI);

            RecordingListener.Seen call = listener.onlyCall();
            assertThat(call.info)
                    .isEqualTo(new CallInfo(
                            "chat",
                            true,
                            "POST",
                            "/endpoint/{project}/{workload}/v1/chat/completions",
                            "127.0.0.1",
                            URI.create(server.url()).getPort(),
                            "acme",
                            "support-bot",
                            false));
            assertThat(call.events).containsExactly("attempt 1", "ended well");
            assertThat(call.outcome())
                    .isEqualTo(new CallOutcome(
                            call.outcome().elapsed(),
                            1,
                            200,
                            null,
                            null,
                            "req_7",
                            result.model(),
                            result.finishReason(),
                            result.usage()));
            assertThat(result.usage()).isNotNull();
        }
    }

    @Test
    void tellsWhatAnObjectCost() {
        server.nextJson(
                200,
                "{\"model\":\"m\",\"choices\":[{\"message\":{\"content\":\"{\\\"city\\\":\\\"Kiel\\\"}\"},"
                        + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}");
        try (DataClient client = data().build()) {
            client.endpoint("bot").generateObject(Place.class, HI);
        }
        assertThat(listener.onlyCall().outcome().usage()).isEqualTo(new Usage(3, 2, 5));
    }

    /** An answer's shape. */
    record Place(String city) {}

    @Test
    void tellsOfTheOtherRoutesToo() {
        server.nextJson(200, Golden.text("data/embeddings.response.json"))
                .nextJson(200, Golden.text("data/rerank.response.json"))
                .nextJson(202, Golden.text("jobs/submit.response.json"))
                .nextJson(404, "{}");
        try (DataClient client = data().build()) {
            Endpoint endpoint = client.endpoint("bot");
            assertThat(catchThrowable(() -> endpoint.embed("Hi", "Ho"))).isNull();
            assertThat(catchThrowable(() -> endpoint.rerank("Hi", List.of("a", "b", "c"))))
                    .isNull();
            endpoint.submitJob(JobParams.json(JobKind.CHAT, Map.of()));
            assertThat(catchThrowable(() -> endpoint.job("job-1"))).isInstanceOf(NotFoundException.class);
        }
        assertThat(listener.calls)
                .extracting(call -> call.info.operation() + " " + call.info.inference() + " " + call.info.route())
                .containsExactly(
                        "embeddings true /endpoint/{project}/{workload}/v1/embeddings",
                        "rerank true /endpoint/{project}/{workload}/v1/rerank",
                        "submit_job false /endpoint/{project}/{workload}/jobs",
                        "get_job false /endpoint/{project}/{workload}/jobs/{job}");
        assertThat(listener.calls.get(0).outcome().usage()).isNotNull();
        assertThat(listener.calls.get(1).outcome().model()).isNotNull();
        assertThat(listener.calls.get(3).outcome().errorType()).isEqualTo("404");
    }

    @Test
    void tellsOfEveryCallThatEnsureMakes() {
        server.always(new FakeControlPlane());
        try (ManagementClient client = management()) {
            client.ensure(Clients.spec().build());
            client.list();
            client.delete("support-bot");
        }
        assertThat(listener.calls)
                .extracting(call -> call.info.operation() + " " + call.info.workload())
                .containsExactly(
                        "get_workload support-bot",
                        "create_workload support-bot",
                        "list_workloads null",
                        "get_workload support-bot",
                        "delete_workload support-bot");
        assertThat(listener.calls.get(0).outcome().errorType()).isEqualTo("workload_not_found");
        assertThat(listener.calls).extracting(call -> call.info.inference()).containsOnly(false);
    }

    @Test
    void tellsOfEachAttempt() {
        server.next((request, answer) -> answer.json(503, "{}", "Retry-After: 7"))
                .next((request, answer) -> {
                    answer.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n[");
                    answer.cut();
                })
                .nextJson(200, "[]");
        try (ManagementClient client = management()) {
            client.list();
        }
        assertThat(listener.onlyCall().events)
                .containsExactly(
                        "attempt 1",
                        "retry after 503 in 7000",
                        "attempt 2",
                        "retry after connection_lost in 2000",
                        "attempt 3",
                        "ended well");
        assertThat(listener.onlyCall().outcome().attempts()).isEqualTo(3);
        assertThat(listener.onlyCall().outcome().elapsed()).isBetween(Duration.ofSeconds(9), Duration.ofSeconds(29));
    }

    @Test
    void tellsThatNobodyAnswered() throws IOException {
        int closedPort;
        try (ServerSocket socket = new ServerSocket(0)) {
            closedPort = socket.getLocalPort();
        }
        try (DataClient client = data().baseUrl("http://127.0.0.1:" + closedPort)
                .retryFor(Duration.ZERO)
                .build()) {
            Throwable failure = catchThrowable(() -> client.endpoint("bot").generateText(HI));

            CallOutcome outcome = listener.onlyCall().outcome();
            assertThat(outcome)
                    .isEqualTo(new CallOutcome(
                            outcome.elapsed(),
                            1,
                            0,
                            "connection_failed",
                            (InferenceKeyException) failure,
                            null,
                            null,
                            null,
                            null));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "429 | {\"error\":{\"code\":\"rate_limit_exceeded\",\"message\":\"slow down\"}} | rate_limit_exceeded",
                "503 | {\"error\":{\"code\":\"code_of_somebody_else_17\",\"message\":\"no\"}} | 503",
                "500 | oops | 500",
                "200 | {} | unreadable_answer"
            })
    void namesErrorsWithFewWords(int status, String body, String expected) {
        server.nextJson(status, body);
        try (DataClient client = data().build()) {
            Throwable failure = catchThrowable(() -> client.endpoint("bot").generateText(HI));

            CallOutcome outcome = listener.onlyCall().outcome();
            assertThat(outcome.errorType()).isEqualTo(expected);
            assertThat(outcome.status()).isEqualTo(status);
            assertThat(outcome.failure()).isSameAs(failure);
            assertThat(outcome.errorCode()).isEqualTo(((InferenceKeyException) failure).code());
        }
    }

    @Test
    void tellsThatTimeWasUp() {
        server.always((request, answer) -> answer.clientLeft());
        try (DataClient client = data().timeout(Duration.ofMillis(100)).build()) {
            assertThatExceptionOfType(TransportException.class)
                    .isThrownBy(() -> client.endpoint("bot").generateText(HI));
        }
        assertThat(listener.onlyCall().outcome().errorType()).isEqualTo("timeout");
    }

    private void threePieces() {
        server.always((request, answer) -> answer.events()
                .send(Golden.text("data/chat-stream.response.sse"))
                .end());
    }

    @Test
    void tellsWhenAStreamBeginsAndWhatItUsed() {
        threePieces();
        try (DataClient client = data().build();
                TextStream stream = client.endpoint("bot").generateTextStream(HI)) {
            assertThat(listener.onlyCall().events).containsExactly("attempt 1");
            timing.skip(Duration.ofMinutes(1));
            stream.next();
            assertThat(listener.onlyCall().events).containsExactly("attempt 1", "first chunk");
            assertThat(listener.onlyCall().elapsedToFirstChunk).isGreaterThanOrEqualTo(Duration.ofMinutes(1));
            stream.forEachRemaining(chunk -> {});
            assertThat(listener.onlyCall().events).containsExactly("attempt 1", "first chunk", "ended well");

            CallOutcome outcome = listener.onlyCall().outcome();
            assertThat(listener.onlyCall().info.streamed()).isTrue();
            assertThat(outcome.finishReason()).isEqualTo("stop");
            assertThat(outcome.model()).isNotBlank();
            assertThat(outcome.usage()).isEqualTo(stream.usage().orElse(null));
            assertThat(outcome.requestId()).isEqualTo("req_stream");
        }
        assertThat(listener.onlyCall().outcomes).hasSize(1);
    }

    @Test
    void tellsThatAStreamWasGivenUp() {
        threePieces();
        try (DataClient client = data().build()) {
            try (TextStream stream = client.endpoint("bot").generateTextStream(HI)) {
                stream.next();
            }
        }
        assertThat(listener.onlyCall().outcome().errorType()).isEqualTo("cancelled");
        assertThat(listener.onlyCall().outcome().failure()).isNull();
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tellsThatAStreamBroke(boolean published) throws InterruptedException {
        server.next((request, answer) -> {
            answer.events().event(TextStreamTest.chunk("one"));
            answer.reset();
        });
        server.next((request, answer) -> answer.events()
                .send(Golden.text("data/chat-stream-error.response.sse"))
                .end());
        server.next((request, answer) -> {
            answer.events().event(TextStreamTest.chunk("one"));
            answer.clientLeft();
        });
        try (DataClient client =
                data().streamIdleTimeout(Duration.ofMillis(100)).build()) {
            for (int i = 0; i < 3; i++) {
                Endpoint endpoint = client.endpoint("bot");
                if (published) {
                    CountDownLatch over = new CountDownLatch(1);
                    endpoint.generateTextStreamAsync(HI).subscribe(new Subscribers.Everything(over::countDown));
                    assertThat(over.await(20, SECONDS)).isTrue();
                } else {
                    try (TextStream stream = endpoint.generateTextStream(HI)) {
                        assertThat(catchThrowable(() -> stream.forEachRemaining(chunk -> {})))
                                .isInstanceOf(InferenceKeyException.class);
                    }
                }
            }
        }
        assertThat(listener.calls)
                .extracting(call -> call.outcome().errorType())
                .containsExactly("connection_lost", "upstream_error", "timeout");
        assertThat(listener.calls)
                .allSatisfy(call -> assertThat(call.outcome().failure()).isNotNull());
    }

    @Test
    void namesAnErrorInAStreamWhoseCodeItDoesNotKnow() {
        server.next((request, answer) -> answer.events()
                .event("{\"error\":{\"message\":\"no\",\"code\":\"code_of_somebody_else_17\"}}")
                .end());
        try (DataClient client = data().build();
                TextStream stream = client.endpoint("bot").generateTextStream(HI)) {
            assertThat(catchThrowable(stream::hasNext)).isInstanceOf(ApiException.class);
        }
        assertThat(listener.onlyCall().outcome().errorType()).isEqualTo("stream_error");
    }

    @Test
    void tellsAPublishersCallsOneByOne() throws InterruptedException {
        threePieces();
        try (DataClient client = data().build()) {
            var publisher = client.endpoint("bot").generateTextStreamAsync(HI);
            assertThat(listener.calls).isEmpty();
            for (int i = 0; i < 2; i++) {
                CountDownLatch over = new CountDownLatch(1);
                publisher.subscribe(new Subscribers.Everything(over::countDown));
                assertThat(over.await(20, SECONDS)).isTrue();
            }
        }
        assertThat(listener.calls)
                .hasSize(2)
                .allSatisfy(call -> assertThat(call.events).containsExactly("attempt 1", "first chunk", "ended well"));
    }

    @Test
    void tellsThatAFutureWasCancelled() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        server.next((request, answer) -> {
            asked.countDown();
            answer.clientLeft();
        });
        try (DataClient client = data().build()) {
            CompletableFuture<TextResult> future = client.endpoint("bot").generateTextAsync(HI);
            assertThat(asked.await(20, SECONDS)).isTrue();
            future.cancel(true);
            Awaitility.await().until(() -> !listener.onlyCall().outcomes.isEmpty());
        }
        assertThat(listener.onlyCall().outcome().errorType()).isEqualTo("cancelled");
    }

    @Test
    void sendsTheHeadersThatListenersGiveWithEveryAttempt() {
        server.nextJson(503, "{}").nextJson(200, "[]");
        try (ManagementClient client = Clients.management(server)
                .timing(timing)
                .listener(CallListener.ofHeaders(() -> Map.of("traceparent", PARENT)))
                .listener(new RecordingListener(Map.of("tracestate", "a=1")))
                .build()) {
            client.list();
        }
        assertThat(server.requests())
                .hasSize(2)
                .allSatisfy(request -> assertThat(request.headers())
                        .containsEntry("traceparent", PARENT)
                        .containsEntry("tracestate", "a=1"));
    }

    @Test
    void letsNoListenerTouchTheCredentialOrBreakTheCall() {
        server.always((request, answer) -> answer.json(200, Golden.text("data/chat.response.json")));
        for (Map<String, String> headers : List.of(
                Map.of("Authorization", "Bearer stolen", "content-type", "text/plain"),
                Map.of("Host", "elsewhere"),
                Map.of("a b", "c"),
                Map.of("x", "a\r\nb: c"))) {
            try (DataClient client = Clients.data(server)
                    .listener(new RecordingListener(headers))
                    .build()) {
                client.endpoint("bot").generateText(HI);
            }
        }
        assertThat(server.requests()).hasSize(4).allSatisfy(request -> {
            assertThat(request.headers())
                    .containsEntry("authorization", "Bearer " + Clients.KEY)
                    .containsEntry("content-type", "application/json")
                    .doesNotContainValue("elsewhere")
                    .doesNotContainKey("b");
        });
    }

    @Test
    void aListenerThatFailsDisturbsNobody() {
        server.always((request, answer) -> answer.json(200, Golden.text("data/chat.response.json")));
        CallObserver broken = new CallObserver() {
            @Override
            public Map<String, String> headers() {
                throw new IllegalStateException("headers");
            }

            @Override
            public void attempt(int number) {
                throw new NoSuchMethodError("attempt");
            }

            @Override
            public void ended(CallOutcome outcome) {
                throw new IllegalStateException("ended");
            }
        };
        try (CapturedLog log = new CapturedLog();
                DataClient client = Clients.data(server)
                        .listener(call -> {
                            throw new IllegalStateException("started");
                        })
                        .listener(call -> broken)
                        .listener(listener)
                        .build()) {
            client.endpoint("bot").generateText(HI);
            assertThat(log.lines())
                    .anyMatch(line -> line.contains("IllegalStateException"))
                    .anyMatch(line -> line.contains("NoSuchMethodError"));
        }
        assertThat(listener.onlyCall().events).containsExactly("attempt 1", "ended well");
    }

    /** A context that belongs to a thread, like that of OpenTelemetry. */
    private static final class ThreadContext implements CallListener {
        final ThreadLocal<String> current = ThreadLocal.withInitial(() -> "none");
        final Set<String> seen = ConcurrentHashMap.newKeySet();

        @Override
        public CallObserver started(CallInfo call) {
            seen.add(current.get());
            return CallObserver.NONE;
        }

        @Override
        public Runnable wrap(Runnable work) {
            String here = current.get();
            return () -> {
                String before = current.get();
                current.set(here);
                try {
                    work.run();
                } finally {
                    current.set(before);
                }
            };
        }
    }

    @Test
    void asynchronousCallsHappenInTheContextOfTheirCaller() {
        ThreadContext context = new ThreadContext();
        server.always((request, answer) -> answer.json(200, "[]"));
        context.current.set("the caller's");
        try (ManagementClient client =
                Clients.management(server).listener(context).build()) {
            client.listAsync().join();
        }
        assertThat(context.seen).containsExactly("the caller's");
    }

    @Test
    void showsNoSecretAndNothingPrivate() {
        server.nextJson(401, "{\"error\":{\"code\":\"invalid_api_key\",\"message\":\"" + Clients.KEY + "\"}}");
        try (DataClient client = data().build()) {
            assertThat(catchThrowable(() -> client.endpoint("bot").generateText(HI)))
                    .isInstanceOf(AuthenticationException.class);
        }
        RecordingListener.Seen call = listener.onlyCall();
        assertThat(Stream.of(call.info.toString(), call.outcome().toString()))
                .noneMatch(text -> text.contains(Clients.SECRET) || text.contains("parcel"));
    }
}
