package dev.inferencekey.opentelemetry;

import dev.inferencekey.CallInfo;
import dev.inferencekey.CallOutcome;
import dev.inferencekey.Usage;
import dev.inferencekey.internal.TelemetryNames;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.metrics.DoubleHistogram;
import io.opentelemetry.api.metrics.LongCounter;
import io.opentelemetry.api.metrics.LongHistogram;
import io.opentelemetry.api.metrics.Meter;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.List;

/** The metrics of calls, with the buckets that OpenTelemetry's conventions name. Thread-safe. */
final class CallMetrics {
    private static final List<Double> SECONDS =
            List.of(0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92);
    private static final List<Long> TOKENS = List.of(
            1L, 4L, 16L, 64L, 256L, 1024L, 4096L, 16384L, 65536L, 262144L, 1048576L, 4194304L, 16777216L, 67108864L);

    private final DoubleHistogram inference;
    private final DoubleHistogram control;
    private final DoubleHistogram firstChunk;
    private final LongHistogram tokens;
    private final LongCounter retries;

    CallMetrics(Meter meter) {
        this.inference = seconds(meter, TelemetryNames.INFERENCE_DURATION, "GenAI operation duration.");
        this.control = seconds(meter, TelemetryNames.CONTROL_DURATION, "Duration of calls that ask no model.");
        this.firstChunk =
                seconds(meter, TelemetryNames.FIRST_CHUNK_DURATION, "Time to the first chunk of a streamed answer.");
        this.tokens = meter.histogramBuilder(TelemetryNames.TOKEN_USAGE)
                .ofLongs()
                .setUnit("{token}")
                .setDescription("Number of input and output tokens used.")
                .setExplicitBucketBoundariesAdvice(TOKENS)
                .build();
        this.retries = meter.counterBuilder(TelemetryNames.RETRIES)
                .setUnit("{retry}")
                .setDescription("Attempts beyond the first.")
                .build();
    }

    private static DoubleHistogram seconds(Meter meter, String name, String description) {
        return meter.histogramBuilder(name)
                .setUnit("s")
                .setDescription(description)
                .setExplicitBucketBoundariesAdvice(SECONDS)
                .build();
    }

    void retrying(CallInfo call, String errorType, Context context) {
        Attributes attributes =
                Attributes.of(CallAttributes.OPERATION, call.operation(), CallAttributes.ERROR_TYPE, errorType);
        retries.add(1, attributes, context);
    }

    void firstChunk(CallInfo call, Duration elapsed, Context context) {
        firstChunk.record(inSeconds(elapsed), CallAttributes.ofMetrics(call, null, null), context);
    }

    void ended(CallInfo call, CallOutcome outcome, Context context) {
        Attributes attributes = CallAttributes.ofMetrics(call, outcome.model(), outcome.errorType());
        (call.inference() ? inference : control).record(inSeconds(outcome.elapsed()), attributes, context);
        Usage usage = outcome.usage();
        if (usage != null) {
            count(usage.inputTokens(), "input", attributes, context);
            if (usage.outputTokens() > 0) {
                count(usage.outputTokens(), "output", attributes, context);
            }
        }
    }

    private void count(long amount, String type, Attributes attributes, Context context) {
        tokens.record(
                amount,
                attributes.toBuilder().put(CallAttributes.TOKEN_TYPE, type).build(),
                context);
    }

    static double inSeconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }
}
