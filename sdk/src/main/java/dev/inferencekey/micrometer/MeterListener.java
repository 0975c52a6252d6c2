package dev.inferencekey.micrometer;

import dev.inferencekey.CallInfo;
import dev.inferencekey.CallListener;
import dev.inferencekey.CallObserver;
import dev.inferencekey.CallOutcome;
import dev.inferencekey.Usage;
import dev.inferencekey.internal.TelemetryNames;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Meter.MeterProvider;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Counts calls in a {@link MeterRegistry}, under the names of OpenTelemetry's conventions for generative AI:
 *
 * <ul>
 *   <li>{@code gen_ai.client.operation.duration}: timer, inference calls with all of their retries; streams until their end
 *   <li>{@code gen_ai.client.operation.time_to_first_chunk}: timer, streams alone
 *   <li>{@code gen_ai.client.token.usage}: summary, with {@code gen_ai.token.type} {@code input} or {@code output}
 *   <li>{@code inferencekey.client.operation.duration}: timer, all other calls
 *   <li>{@code inferencekey.client.retries}: counter, with the {@code error.type} of what was tried again
 * </ul>
 *
 * <p>Tags: {@code gen_ai.operation.name}, {@code gen_ai.provider.name}, {@code gen_ai.request.model} (the workload's slug), {@code
 * inferencekey.project} and {@code error.type} ({@code none} for a success). Thread-safe.
 */
public final class MeterListener implements CallListener {
    private static final String NONE = "none";

    private final boolean timesCalls;
    private final MeterProvider<Timer> inference;
    private final MeterProvider<Timer> firstChunk;
    private final MeterProvider<DistributionSummary> tokens;
    private final MeterProvider<Timer> control;
    private final MeterProvider<Counter> retries;

    /** Counts everything in {@code registry}. */
    public MeterListener(MeterRegistry registry) {
        this(registry, true);
    }

    private MeterListener(MeterRegistry registry, boolean timesCalls) {
        Objects.requireNonNull(registry, "registry");
        this.timesCalls = timesCalls;
        this.inference = Timer.builder(TelemetryNames.INFERENCE_DURATION)
                .description("How long inference calls take, retries included")
                .withRegistry(registry);
        this.firstChunk = Timer.builder(TelemetryNames.FIRST_CHUNK_DURATION)
                .description("How long streams take to their first chunk")
                .withRegistry(registry);
        this.tokens = DistributionSummary.builder(TelemetryNames.TOKEN_USAGE)
                .description("Tokens of inference calls")
                .baseUnit("tokens")
                .withRegistry(registry);
        this.control = Timer.builder(TelemetryNames.CONTROL_DURATION)
                .description("How long other calls take, retries included")
                .withRegistry(registry);
        this.retries = Counter.builder(TelemetryNames.RETRIES)
                .description("Attempts beyond the first")
                .withRegistry(registry);
    }

    /** Leaves the two durations of whole calls to an {@link ObservationListener}, whose handlers time them, and counts the rest. */
    public static MeterListener besideObservations(MeterRegistry registry) {
        return new MeterListener(registry, false);
    }

    @Override
    public CallObserver started(CallInfo call) {
        return new Meters(call);
    }

    private final class Meters implements CallObserver {
        private final CallInfo call;
        private final Tags tags;

        Meters(CallInfo call) {
            this.call = call;
            this.tags = call.inference()
                    ? Tags.of(
                            TelemetryNames.OPERATION_NAME,
                            call.operation(),
                            TelemetryNames.PROVIDER_NAME,
                            TelemetryNames.PROVIDER,
                            TelemetryNames.REQUEST_MODEL,
                            orNone(call.workload()),
                            TelemetryNames.PROJECT,
                            orNone(call.project()))
                    : Tags.of(
                            TelemetryNames.OPERATION, call.operation(), TelemetryNames.PROJECT, orNone(call.project()));
        }

        @Override
        public void retrying(String errorType, Duration pause) {
            retries.withTags(Tags.of(
                            TelemetryNames.OPERATION,
                            call.operation(),
                            TelemetryNames.PROJECT,
                            orNone(call.project()),
                            TelemetryNames.ERROR_TYPE,
                            errorType))
                    .increment();
        }

        @Override
        public void firstChunk(Duration elapsed) {
            firstChunk.withTags(tags).record(elapsed);
        }

        @Override
        public void ended(CallOutcome outcome) {
            if (timesCalls) {
                (call.inference() ? inference : control)
                        .withTags(tags.and(TelemetryNames.ERROR_TYPE, orNone(outcome.errorType())))
                        .record(outcome.elapsed());
            }
            Usage usage = outcome.usage();
            if (usage != null) {
                count("input", usage.inputTokens());
                if (usage.outputTokens() > 0) {
                    count("output", usage.outputTokens());
                }
            }
        }

        private void count(String type, long amount) {
            tokens.withTags(tags.and(TelemetryNames.TOKEN_TYPE, type)).record((double) amount);
        }
    }

    private static String orNone(@Nullable String value) {
        return value == null ? NONE : value;
    }
}
