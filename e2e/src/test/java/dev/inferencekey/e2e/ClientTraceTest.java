package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.inferencekey.DataClient;
import dev.inferencekey.TextParams;
import dev.inferencekey.opentelemetry.OpenTelemetryListener;
import dev.inferencekey.server.app.ObservabilityConfig;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One trace from an application through our client and the gateway. */
class ClientTraceTest {
    /** Spans that have ended, in this JVM's client. */
    private static final class Ended implements SpanProcessor {
        final List<SpanData> spans = new CopyOnWriteArrayList<>();

        @Override
        public void onStart(Context parent, ReadWriteSpan span) {}

        @Override
        public boolean isStartRequired() {
            return false;
        }

        @Override
        public void onEnd(ReadableSpan span) {
            spans.add(span.toSpanData());
        }

        @Override
        public boolean isEndRequired() {
            return true;
        }
    }

    @Test
    @SuppressWarnings("try") // A scope is there to be open.
    void theGatewaysSpanIsTheChildOfTheClientsAndTheApplicationsTrace(@TempDir Path data) throws IOException {
        // What the gateway exports, as protobuf in hexadecimal: ids are found as they are.
        List<String> exported = new CopyOnWriteArrayList<>();
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        collector.createContext("/v1/traces", exchange -> {
            exported.add(HexFormat.of().formatHex(exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        URI otlp = URI.create("http://127.0.0.1:" + collector.getAddress().getPort());
        Ended ended = new Ended();
        String trace;
        try (OpenTelemetrySdk telemetry = OpenTelemetrySdk.builder()
                        .setTracerProvider(SdkTracerProvider.builder()
                                .addSpanProcessor(ended)
                                .build())
                        .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
                        .build();
                RunningPlatform platform = RunningPlatform.start(
                        data, ObservabilityConfig.defaults().withOtlpEndpoint(otlp))) {
            platform.createProject("acme");
            platform.createSimulated("acme", "bot", "text2text", Map.of());
            try (DataClient client = DataClient.builder()
                    .environment(Map.of())
                    .baseUrl(platform.url().toString())
                    .project("acme")
                    .apiKey(platform.mintKey("acme", "acme/bot").credential())
                    .listener(new OpenTelemetryListener(telemetry))
                    .build()) {
                Span application =
                        telemetry.getTracer("shop").spanBuilder("checkout").startSpan();
                trace = application.getSpanContext().getTraceId();
                try (Scope scope = application.makeCurrent()) {
                    client.endpoint("bot").generateText(TextParams.ofPrompt("Hi"));
                } finally {
                    application.end();
                }
            }
            Awaitility.await().until(() -> !exported.isEmpty());
        } finally {
            collector.stop(0);
        }
        SpanData call = ended.spans.getFirst();
        assertThat(call.getName()).isEqualTo("chat bot");
        assertThat(call.getTraceId()).isEqualTo(trace);
        String route = HexFormat.of()
                .formatHex("POST /endpoint/{project}/{workload}/v1/chat/completions".getBytes(StandardCharsets.UTF_8));
        assertThat(exported).anySatisfy(spans -> assertThat(spans).contains(trace, call.getSpanId(), route));
    }
}
