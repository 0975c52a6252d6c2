package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.inferencekey.micrometer.MeterListener;
import dev.inferencekey.micrometer.ObservationListener;
import dev.inferencekey.opentelemetry.OpenTelemetryListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.ObservationRegistry;
import io.opentelemetry.api.OpenTelemetry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What the guide on retries and telemetry shows, as it stands there. */
@Tag("slow")
class RetriesAndTelemetryPageTest {
    private static final TextParams HI = TextParams.ofPrompt("Hi");

    private final FakeServer server = new FakeServer();
    private final FakeTiming timing = new FakeTiming();

    @AfterEach
    void stop() {
        timing.close();
        server.close();
    }

    private DataClient.Builder settings() {
        return Clients.data(server).timing(timing);
    }

    private static DataClient patient(DataClient.Builder settings) {
        // docs:start retries
        DataClient data = settings.retryInference(true)
                .retryFor(Duration.ofSeconds(20))
                .retryPolicy(RetryPolicy.defaults().withMaxAttempts(4).withBudget(50))
                .build();
        // docs:end retries
        return data;
    }

    @Test
    void retries() {
        server.always((request, answer) -> answer.json(503, "{}"));
        try (DataClient data = patient(settings())) {
            assertThatExceptionOfType(ApiException.class)
                    .isThrownBy(() -> data.endpoint("bot").generateText(HI));
        }
        assertThat(server.requests()).hasSize(4);
    }

    private static DataClient traced(DataClient.Builder settings, OpenTelemetry openTelemetry) {
        // docs:start opentelemetry
        DataClient data =
                settings.listener(new OpenTelemetryListener(openTelemetry)).build();
        // docs:end opentelemetry
        return data;
    }

    private static DataClient observed(
            DataClient.Builder settings, ObservationRegistry observations, MeterRegistry meters) {
        // docs:start micrometer
        DataClient data = settings.listener(new ObservationListener(observations))
                .listener(MeterListener.besideObservations(meters))
                .build();
        // docs:end micrometer
        return data;
    }

    private static DataClient withParent(DataClient.Builder settings, ThreadLocal<String> currentTraceParent) {
        // docs:start traceparent
        DataClient data = settings.listener(
                        CallListener.ofHeaders(() -> Map.of("traceparent", currentTraceParent.get())))
                .build();
        // docs:end traceparent
        return data;
    }

    @Test
    void listeners() {
        server.always((request, answer) -> answer.json(200, Golden.text("data/chat.response.json")));
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (DataClient traced = traced(settings(), OpenTelemetry.noop());
                DataClient observed = observed(settings(), ObservationRegistry.create(), meters);
                DataClient withParent = withParent(settings(), ThreadLocal.withInitial(() -> "00-1-2-01"))) {
            for (DataClient data : List.of(traced, observed, withParent)) {
                data.endpoint("bot").generateText(HI);
            }
        }
        assertThat(meters.get("gen_ai.client.token.usage").summaries()).hasSize(2);
        assertThat(server.requests().get(2).header("traceparent")).hasValue("00-1-2-01");
    }

    // docs:start listener
    /** Tells of calls that took long. */
    record SlowCalls(Duration limit, Consumer<String> log) implements CallListener {
        @Override
        public CallObserver started(CallInfo call) {
            return new CallObserver() {
                @Override
                public void ended(CallOutcome outcome) {
                    if (outcome.elapsed().compareTo(limit) > 0) {
                        log.accept(call.operation() + " of " + call.workload() + " took " + outcome.elapsed() + " in "
                                + outcome.attempts() + " attempts, request " + outcome.requestId());
                    }
                }
            };
        }
    }
    // docs:end listener

    @Test
    void aListenerOfOnesOwn() {
        server.next((request, answer) -> answer.json(503, "{}", "Retry-After: 5"))
                .nextJson(200, Golden.text("data/chat.response.json"));
        List<String> log = new CopyOnWriteArrayList<>();
        try (DataClient data = settings()
                .retryInference(true)
                .listener(new SlowCalls(Duration.ofSeconds(4), log::add))
                .build()) {
            data.endpoint("bot").generateText(HI);
        }
        assertThat(log)
                .singleElement()
                .asString()
                .startsWith("chat of bot took PT")
                .contains("2 attempts");
    }
}
