package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.inferencekey.opentelemetry.OpenTelemetryListener;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.metrics.SdkMeterProvider;
import io.opentelemetry.sdk.metrics.data.MetricData;
import io.opentelemetry.sdk.testing.exporter.InMemoryMetricReader;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.EventData;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class OpenTelemetryTest {
    private static final TextParams HI = TextParams.ofPrompt("Where is my parcel?");

    private final FakeServer server = new FakeServer();
    private final FakeTiming timing = new FakeTiming();
    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final InMemoryMetricReader metrics = InMemoryMetricReader.create();
    private final OpenTelemetrySdk telemetry = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(spans))
                    .build())
            .setMeterProvider(
                    SdkMeterProvider.builder().registerMetricReader(metrics).build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    private final DataClient data = Clients.data(server)
            .timing(timing)
            .retryInference(true)
            .listener(new OpenTelemetryListener(telemetry))
            .build();
    private final ManagementClient management = Clients.management(server)
            .listener(new OpenTelemetryListener(telemetry))
            .build();

    @AfterEach
    void stop() {
        data.close();
        management.close();
        telemetry.close();
        server.close();
    }

    private SpanData onlySpan() {
        List<SpanData> finished = spans.getFinishedSpanItems();
        assertThat(finished).hasSize(1);
        return finished.get(0);
    }

    private static Map<String, Object> attributes(SpanData span) {
        return span.getAttributes().asMap().entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getKey().getKey(), Map.Entry::getValue));
    }

    private Map<String, MetricData> metrics() {
        return metrics.collectAllMetrics().stream().collect(Collectors.toMap(MetricData::getName, Function.identity()));
    }

    private static MetricData metric(Map<String, MetricData> seen, String name) {
        return Objects.requireNonNull(seen.get(name), name);
    }

    @Test
    void aCallIsASpanThatSaysWhatWasAskedAndAnswered() {
        server.next(
                (request, answer) -> answer.json(200, Golden.text("data/chat.response.json"), "X-Request-Id: req_7"));

        TextResult result = data.endpoint("support-bot").generateText(HI);

        Usage usage = result.usage();
        assertThat(usage).isNotNull();
        SpanData span = onlySpan();
        assertThat(span.getName()).isEqualTo("chat support-bot");
        assertThat(span.getKind()).isEqualTo(SpanKind.CLIENT);
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(attributes(span))
                .isEqualTo(Map.ofEntries(
                        Map.entry("gen_ai.operation.name", "chat"),
                        Map.entry("gen_ai.provider.name", "inferencekey"),
                        Map.entry("gen_ai.request.model", "support-bot"),
                        Map.entry("gen_ai.response.model", String.valueOf(result.model())),
                        Map.entry("gen_ai.response.finish_reasons", List.of("stop")),
                        Map.entry("gen_ai.usage.input_tokens", usage.inputTokens()),
                        Map.entry("gen_ai.usage.output_tokens", usage.outputTokens()),
                        Map.entry("http.request.method", "POST"),
                        Map.entry("http.response.status_code", 200L),
                        Map.entry("url.template", "/endpoint/{project}/{workload}/v1/chat/completions"),
                        Map.entry("server.address", "127.0.0.1"),
                        Map.entry("server.port", (long) URI.create(server.url()).getPort()),
                        Map.entry("inferencekey.project", "acme"),
                        Map.entry("inferencekey.workload", "support-bot"),
                        Map.entry("inferencekey.request_id", "req_7")));
        assertThat(span.toString()).doesNotContain(Clients.SECRET, "parcel", result.text());
    }

    @Test
    @SuppressWarnings("try") // A scope is there to be open.
    void continuesTheCallersTraceAndSendsItAlong() {
        server.always((request, answer) -> answer.json(200, "[]"));
        Span parent = telemetry.getTracer("test").spanBuilder("checkout").startSpan();
        try (Scope scope = parent.makeCurrent()) {
            management.list();
            management.listAsync().join();
        } finally {
            parent.end();
        }
        List<SpanData> calls = spans.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals("list_workloads"))
                .toList();
        assertThat(calls)
                .hasSize(2)
                .allSatisfy(call -> assertThat(call.getParentSpanContext()).isEqualTo(parent.getSpanContext()));
        // 03: sampled, and the trace's id is random.
        assertThat(server.requests())
                .extracting(request -> request.header("traceparent").orElse("none"))
                .containsExactlyElementsOf(calls.stream()
                        .map(call -> "00-" + parent.getSpanContext().getTraceId() + "-" + call.getSpanId() + "-03")
                        .toList());
    }

    @Test
    void aStreamTellsOfRetriesItsFirstChunkAndWhatBrokeIt() {
        server.nextJson(503, "{\"error\":{\"message\":\"where is my parcel\",\"code\":\"workload_not_ready\"}}");
        server.next((request, answer) -> {
            answer.events().event(TextStreamTest.chunk("one"));
            answer.reset();
        });
        try (TextStream stream = data.endpoint("bot").generateTextStream(HI)) {
            assertThat(catchThrowable(() -> stream.forEachRemaining(chunk -> {})))
                    .isInstanceOf(TransportException.class);
        }
        SpanData span = onlySpan();
        assertThat(span.getEvents())
                .extracting(EventData::getName)
                .containsExactly("inferencekey.retry", "gen_ai.first_token");
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(attributes(span))
                .containsEntry("error.type", "connection_lost")
                .containsEntry("gen_ai.request.stream", true)
                .containsEntry("http.request.resend_count", 1L)
                .containsKey("gen_ai.response.time_to_first_chunk");
        assertThat(span.toString()).doesNotContain("parcel");
        assertThat(metrics())
                .containsOnlyKeys(
                        "gen_ai.client.operation.duration",
                        "gen_ai.client.operation.time_to_first_chunk",
                        "inferencekey.client.retries");
    }

    @Test
    void measuresDurationsAndTokensWithTheBucketsOfTheConventions() {
        server.nextJson(200, Golden.text("data/chat.response.json")).nextJson(401, "{}");
        TextResult result = data.endpoint("bot").generateText(HI);
        assertThat(catchThrowable(management::list)).isInstanceOf(AuthenticationException.class);

        Map<String, MetricData> seen = metrics();

        assertThat(metric(seen, "gen_ai.client.operation.duration").getUnit()).isEqualTo("s");
        assertThat(metric(seen, "gen_ai.client.operation.duration")
                        .getHistogramData()
                        .getPoints())
                .singleElement()
                .satisfies(point -> {
                    assertThat(point.getCount()).isEqualTo(1);
                    assertThat(point.getBoundaries()).startsWith(0.01, 0.02).endsWith(81.92);
                    assertThat(point.getAttributes().get(AttributeKey.stringKey("gen_ai.request.model")))
                            .isEqualTo("bot");
                });
        assertThat(metric(seen, "gen_ai.client.token.usage").getHistogramData().getPoints())
                .extracting(point -> point.getAttributes().get(AttributeKey.stringKey("gen_ai.token.type")) + " "
                        + (long) point.getSum())
                .containsExactlyInAnyOrder(
                        "input " + Objects.requireNonNull(result.usage()).inputTokens(),
                        "output " + result.usage().outputTokens());
        assertThat(metric(seen, "inferencekey.client.operation.duration")
                        .getHistogramData()
                        .getPoints())
                .singleElement()
                .satisfies(point -> assertThat(point.getAttributes().get(AttributeKey.stringKey("error.type")))
                        .isEqualTo("401"));
    }
}
