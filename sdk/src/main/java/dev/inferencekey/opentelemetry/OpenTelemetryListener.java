package dev.inferencekey.opentelemetry;

import dev.inferencekey.CallInfo;
import dev.inferencekey.CallListener;
import dev.inferencekey.CallObserver;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Makes a client span of each call, a child of the caller's current span, and sends the trace along with the propagators of {@link
 * OpenTelemetry}: {@code traceparent} usually. The server's span is then the child of this one. Names are those of OpenTelemetry's
 * conventions for generative AI; so are the metrics: {@code gen_ai.client.operation.duration}, {@code
 * gen_ai.client.operation.time_to_first_chunk}, {@code gen_ai.client.token.usage}, and two of our own, {@code
 * inferencekey.client.operation.duration} for calls that ask no model and {@code inferencekey.client.retries}. Prompts and answers are not
 * recorded. Thread-safe.
 */
public final class OpenTelemetryListener implements CallListener {
    private static final String SCOPE = "dev.inferencekey.sdk";

    private final Tracer tracer;
    private final CallMetrics metrics;
    private final TextMapPropagator propagator;

    /** Reports to {@code openTelemetry}: {@code GlobalOpenTelemetry.get()}, for instance. */
    public OpenTelemetryListener(OpenTelemetry openTelemetry) {
        Objects.requireNonNull(openTelemetry, "openTelemetry");
        this.tracer = openTelemetry.getTracer(SCOPE);
        this.metrics = new CallMetrics(openTelemetry.getMeter(SCOPE));
        this.propagator = openTelemetry.getPropagators().getTextMapPropagator();
    }

    @Override
    public CallObserver started(CallInfo call) {
        Span span = tracer.spanBuilder(
                        call.workload() == null ? call.operation() : call.operation() + " " + call.workload())
                .setSpanKind(SpanKind.CLIENT)
                .setAllAttributes(CallAttributes.ofSpan(call))
                .startSpan();
        Context context = Context.current().with(span);
        Map<String, String> headers = new LinkedHashMap<>();
        propagator.inject(context, headers, (carrier, name, value) -> {
            if (carrier != null) {
                carrier.put(name, value);
            }
        });
        return new CallSpan(call, span, context, headers, metrics);
    }

    /** The calling thread's current context becomes current around {@code work}. */
    @Override
    public Runnable wrap(Runnable work) {
        return Context.current().wrap(work);
    }
}
