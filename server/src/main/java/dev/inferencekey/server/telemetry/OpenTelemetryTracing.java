package dev.inferencekey.server.telemetry;

import dev.inferencekey.server.ports.trace.RequestSpan;
import dev.inferencekey.server.ports.trace.TraceParent;
import dev.inferencekey.server.ports.trace.Tracing;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import java.net.URI;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Traces requests with OpenTelemetry's SDK, which the standard {@code OTEL_*} variables of the environment configure: where to send, whom to
 * sample, what the service is called. Spans are gathered in a bounded queue and sent by a thread of their own; what can't be sent is lost.
 *
 * <p>Thread-safe. {@link #close} sends what is left, for five seconds at most.
 */
public final class OpenTelemetryTracing implements Tracing, AutoCloseable {
    private static final String NAME = "dev.inferencekey.gateway";
    private static final String ENDPOINT = "otel.exporter.otlp.endpoint";
    private static final String SAMPLER = "otel.traces.sampler";
    private static final String SAMPLER_ARGUMENT = "otel.traces.sampler.arg";
    private static final long CLOSE_SECONDS = 5;

    private static final TextMapGetter<Map<String, String>> HEADERS = new TextMapGetter<>() {
        @Override
        public @Nullable String get(@Nullable Map<String, String> headers, String name) {
            return headers == null ? null : headers.get(name);
        }
    };

    private final OpenTelemetrySdk sdk;
    private final String host;
    private final Tracer tracer;
    private final QuietLog log;

    private OpenTelemetryTracing(OpenTelemetrySdk sdk, QuietLog log, String host) {
        this.host = host;
        this.sdk = sdk;
        this.tracer = sdk.getTracer(NAME);
        this.log = log;
    }

    /**
     * Starts.
     *
     * @param host the address that requests come to
     * @param endpoint where spans go, null for what the environment says
     * @param ratio how many of the requests without a sampled parent are traced, null for what the environment says
     * @throws TelemetryStartException if what the environment says makes no sense
     */
    public static OpenTelemetryTracing start(String host, @Nullable URI endpoint, @Nullable Double ratio) {
        Map<String, String> defaults = new HashMap<>(Map.of(
                "otel.service.name", "inferencekey",
                "otel.exporter.otlp.protocol", "http/protobuf",
                "otel.traces.exporter", "otlp",
                "otel.metrics.exporter", "none",
                "otel.logs.exporter", "none",
                "otel.propagators", "none"));
        Map<String, String> settings = new HashMap<>();
        if (endpoint != null) {
            settings.put(ENDPOINT, endpoint.toString());
        }
        if (ratio != null) {
            settings.put(SAMPLER, "parentbased_traceidratio");
            settings.put(SAMPLER_ARGUMENT, ratio.toString());
        }
        QuietLog log = QuietLog.install();
        try {
            OpenTelemetrySdk sdk = AutoConfiguredOpenTelemetrySdk.builder()
                    .disableShutdownHook()
                    .addPropertiesSupplier(() -> defaults)
                    .addPropertiesCustomizer(_ -> settings)
                    .build()
                    .getOpenTelemetrySdk();
            return new OpenTelemetryTracing(sdk, log, host);
        } catch (ConfigurationException | IllegalStateException | IllegalArgumentException e) {
            log.remove();
            throw new TelemetryStartException(
                    "tracing can't be set up: " + e.getMessage()
                            + "; check the OTEL_* variables (spans are sent as http/protobuf only)",
                    e);
        }
    }

    @Override
    public RequestSpan start(String method, @Nullable TraceParent parent, String traceState) {
        SpanBuilder builder = tracer.spanBuilder(method).setSpanKind(SpanKind.SERVER);
        if (parent == null) {
            builder.setNoParent();
        } else {
            builder.setParent(contextOf(parent, traceState));
        }
        return new RequestSpanOfSdk(builder.startSpan(), method, host);
    }

    /** A caller's state that can't be read is left behind; its trace is not. */
    private static Context contextOf(TraceParent parent, String traceState) {
        Map<String, String> headers = Map.of(
                RequestSpanOfSdk.TRACE_PARENT,
                "00-" + parent.traceId() + "-" + parent.spanId() + "-" + parent.flags(),
                RequestSpanOfSdk.TRACE_STATE,
                traceState);
        return W3CTraceContextPropagator.getInstance().extract(Context.root(), headers, HEADERS);
    }

    @Override
    public void close() {
        var _ = sdk.getSdkTracerProvider().shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
        sdk.close();
        log.remove();
    }
}
