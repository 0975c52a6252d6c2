package dev.inferencekey;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.inferencekey.micrometer.CallObservationContext;
import dev.inferencekey.micrometer.CallObservationConvention;
import dev.inferencekey.micrometer.MeterListener;
import dev.inferencekey.micrometer.ObservationListener;
import io.micrometer.core.instrument.observation.DefaultMeterObservationHandler;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class MicrometerTest {
    private static final TextParams HI = TextParams.ofPrompt("Hi");

    private final FakeServer server = new FakeServer();
    private final FakeTiming timing = new FakeTiming();
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final TestObservationRegistry observations = TestObservationRegistry.create();

    @AfterEach
    void stop() {
        timing.close();
        server.close();
    }

    private DataClient data(CallListener listener) {
        return Clients.data(server)
                .timing(timing)
                .retryInference(true)
                .listener(listener)
                .build();
    }

    private Map<String, String> tags(String meter) {
        return meters.get(meter).meter().getId().getTags().stream()
                .collect(Collectors.toMap(tag -> tag.getKey(), tag -> tag.getValue()));
    }

    @Test
    void timesInferenceAndCountsTokensAndRetries() {
        server.nextJson(503, "{}").nextJson(200, Golden.text("data/chat.response.json"));
        try (DataClient client = data(new MeterListener(meters))) {
            TextResult result = client.endpoint("bot").generateText(HI);

            assertThat(tags("gen_ai.client.operation.duration"))
                    .isEqualTo(Map.of(
                            "gen_ai.operation.name", "chat",
                            "gen_ai.provider.name", "inferencekey",
                            "gen_ai.request.model", "bot",
                            "inferencekey.project", "acme",
                            "error.type", "none"));
            assertThat(meters.get("gen_ai.client.operation.duration").timer().totalTime(MILLISECONDS))
                    .isBetween(1000.0, 20_000.0);
            Usage usage = Objects.requireNonNull(result.usage());
            assertThat(meters.get("gen_ai.client.token.usage")
                            .tag("gen_ai.token.type", "input")
                            .summary()
                            .totalAmount())
                    .isEqualTo((double) usage.inputTokens());
            assertThat(meters.get("gen_ai.client.token.usage")
                            .tag("gen_ai.token.type", "output")
                            .summary()
                            .totalAmount())
                    .isEqualTo((double) usage.outputTokens());
            assertThat(meters.get("inferencekey.client.retries")
                            .tag("error.type", "503")
                            .counter()
                            .count())
                    .isEqualTo(1);
        }
    }

    @Test
    void timesTheFirstChunkOfStreamsAndControlCallsUnderANameOfTheirOwn() {
        server.next((request, answer) -> answer.events()
                .send(Golden.text("data/chat-stream.response.sse"))
                .end());
        server.nextJson(401, "{}");
        MeterListener listener = new MeterListener(meters);
        try (DataClient client = data(listener);
                ManagementClient management =
                        Clients.management(server).listener(listener).build()) {
            try (TextStream stream = client.endpoint("bot").generateTextStream(HI)) {
                stream.forEachRemaining(chunk -> {});
            }
            assertThat(catchThrowable(management::list)).isInstanceOf(AuthenticationException.class);
        }
        assertThat(meters.get("gen_ai.client.operation.time_to_first_chunk")
                        .timer()
                        .count())
                .isEqualTo(1);
        assertThat(meters.get("gen_ai.client.operation.duration").timer().count())
                .isEqualTo(1);
        assertThat(tags("inferencekey.client.operation.duration"))
                .isEqualTo(Map.of(
                        "inferencekey.operation", "list_workloads",
                        "inferencekey.project", "acme",
                        "error.type", "401"));
    }

    @Test
    void observesACallWithItsOutcome() {
        server.next(
                (request, answer) -> answer.json(200, Golden.text("data/chat.response.json"), "X-Request-Id: req_7"));
        try (DataClient client = data(new ObservationListener(observations))) {
            TextResult result = client.endpoint("bot").generateText(HI);

            TestObservationRegistryAssert.assertThat(observations)
                    .hasSingleObservationThat()
                    .hasNameEqualTo("gen_ai.client.operation.duration")
                    .hasContextualNameEqualTo("chat bot")
                    .hasLowCardinalityKeyValue("gen_ai.operation.name", "chat")
                    .hasLowCardinalityKeyValue("gen_ai.request.model", "bot")
                    .hasLowCardinalityKeyValue("gen_ai.response.model", String.valueOf(result.model()))
                    .hasLowCardinalityKeyValue("error.type", "none")
                    .hasHighCardinalityKeyValue("http.response.status_code", "200")
                    .hasHighCardinalityKeyValue("inferencekey.request_id", "req_7")
                    .hasHighCardinalityKeyValueWithKey("gen_ai.usage.output_tokens")
                    .hasBeenStarted()
                    .hasBeenStopped()
                    .doesNotHaveError();
        }
    }

    @Test
    void observesRetriesFirstChunksAndErrors() {
        server.nextJson(503, "{}");
        server.next((request, answer) -> {
            answer.events().event(TextStreamTest.chunk("one"));
            answer.reset();
        });
        try (DataClient client = data(new ObservationListener(observations));
                TextStream stream = client.endpoint("bot").generateTextStream(HI)) {
            Throwable failure = catchThrowable(() -> stream.forEachRemaining(chunk -> {}));

            TestObservationRegistryAssert.assertThat(observations)
                    .hasSingleObservationThat()
                    .hasEvent("inferencekey.retry", "inferencekey.retry 503")
                    .hasEvent("gen_ai.first_token")
                    .hasLowCardinalityKeyValue("error.type", "connection_lost")
                    .hasBeenStopped()
                    .hasError(failure);
        }
    }

    @Test
    @SuppressWarnings("try") // A scope is there to be open.
    void anObservationIsTheChildOfItsCallersAlsoOnAnotherThread() {
        server.always((request, answer) -> answer.json(200, "[]"));
        Observation parent = Observation.start("checkout", observations);
        try (Observation.Scope scope = parent.openScope();
                ManagementClient client = Clients.management(server)
                        .listener(new ObservationListener(observations))
                        .build()) {
            client.list();
            client.listAsync().orTimeout(20, SECONDS).join();
        }
        parent.stop();

        TestObservationRegistryAssert.assertThat(observations)
                .hasNumberOfObservationsWithNameEqualTo("inferencekey.client.operation.duration", 2)
                .forAllObservationsWithNameEqualTo(
                        "inferencekey.client.operation.duration",
                        call -> call.hasParentObservationEqualTo(parent)
                                .hasLowCardinalityKeyValue("inferencekey.operation", "list_workloads"));
    }

    @Test
    void sendsWhatATracingHandlerPutsIntoTheCarrier() {
        server.always((request, answer) -> answer.json(200, "[]"));
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(new ObservationHandler<CallObservationContext>() {
            @Override
            public void onStart(CallObservationContext context) {
                context.getSetter().set(context.getCarrier(), "traceparent", "00-1-2-01");
            }

            @Override
            public boolean supportsContext(Observation.Context context) {
                return context instanceof CallObservationContext;
            }
        });
        try (ManagementClient client = Clients.management(server)
                .listener(new ObservationListener(registry))
                .build()) {
            client.list();
        }
        assertThat(server.onlyRequest().header("traceparent")).hasValue("00-1-2-01");
    }

    @Test
    void observationsAndMetersGoTogether() {
        server.nextJson(200, Golden.text("data/chat.response.json")).nextJson(500, "{}");
        ObservationRegistry registry = ObservationRegistry.create();
        registry.observationConfig().observationHandler(new DefaultMeterObservationHandler(meters));
        try (DataClient client = Clients.data(server)
                .listener(new ObservationListener(registry))
                .listener(MeterListener.besideObservations(meters))
                .build()) {
            client.endpoint("bot").generateText(HI);
            assertThat(catchThrowable(() -> client.endpoint("bot").generateText(HI)))
                    .isInstanceOf(ApiException.class);
        }
        assertThat(meters.get("gen_ai.client.operation.duration").timers())
                .hasSize(2)
                .allMatch(timer -> timer.count() == 1);
        assertThat(meters.get("gen_ai.client.token.usage").summaries()).hasSize(2);
        assertThat(meters.getMeters())
                .extracting(meter -> meter.getId().getName())
                .containsOnly(
                        "gen_ai.client.operation.duration",
                        "gen_ai.client.operation.duration.active",
                        "gen_ai.client.token.usage");
    }

    @Test
    void takesAnotherConvention() {
        server.always((request, answer) -> answer.json(200, "[]"));
        CallObservationConvention ours = new CallObservationConvention() {
            @Override
            public String getName() {
                return "ours";
            }
        };
        try (ManagementClient client = Clients.management(server)
                .listener(new ObservationListener(observations, ours))
                .build()) {
            client.list();
        }
        TestObservationRegistryAssert.assertThat(observations)
                .hasSingleObservationThat()
                .hasNameEqualTo("ours");
    }
}
