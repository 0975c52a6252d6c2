package dev.inferencekey.micrometer;

import dev.inferencekey.CallInfo;
import dev.inferencekey.CallOutcome;
import dev.inferencekey.Usage;
import dev.inferencekey.internal.TelemetryNames;
import io.micrometer.common.KeyValue;
import io.micrometer.common.KeyValues;
import org.jspecify.annotations.Nullable;

/**
 * Observes inference as {@code gen_ai.client.operation.duration} and all other calls as {@code inferencekey.client.operation.duration}.
 * Key values that can't be told, or not yet, are {@code none}: meters of one name need the same keys. Stateless.
 */
public class DefaultCallObservationConvention implements CallObservationConvention {
    private final boolean inference;

    /** @param inference whether the names are those of inference calls, or those of all others */
    public DefaultCallObservationConvention(boolean inference) {
        this.inference = inference;
    }

    @Override
    public String getName() {
        return inference ? TelemetryNames.INFERENCE_DURATION : TelemetryNames.CONTROL_DURATION;
    }

    /** {@code chat support-bot}, for instance: the operation and the workload. */
    @Override
    public String getContextualName(CallObservationContext context) {
        CallInfo call = context.call();
        return call.workload() == null ? call.operation() : call.operation() + " " + call.workload();
    }

    @Override
    public KeyValues getLowCardinalityKeyValues(CallObservationContext context) {
        CallInfo call = context.call();
        CallOutcome outcome = context.getResponse();
        KeyValues common = KeyValues.of(
                KeyValue.of(TelemetryNames.PROJECT, orNone(call.project())),
                KeyValue.of(TelemetryNames.ERROR_TYPE, orNone(outcome == null ? null : outcome.errorType())));
        if (!call.inference()) {
            return common.and(KeyValue.of(TelemetryNames.OPERATION, call.operation()));
        }
        return common.and(
                KeyValue.of(TelemetryNames.OPERATION_NAME, call.operation()),
                KeyValue.of(TelemetryNames.PROVIDER_NAME, TelemetryNames.PROVIDER),
                KeyValue.of(TelemetryNames.REQUEST_MODEL, orNone(call.workload())),
                KeyValue.of(TelemetryNames.RESPONSE_MODEL, orNone(outcome == null ? null : outcome.model())));
    }

    @Override
    public KeyValues getHighCardinalityKeyValues(CallObservationContext context) {
        CallOutcome outcome = context.getResponse();
        if (outcome == null) {
            return KeyValues.empty();
        }
        KeyValues values = KeyValues.of(
                TelemetryNames.STATUS,
                Integer.toString(outcome.status()),
                TelemetryNames.REQUEST_ID,
                orNone(outcome.requestId()),
                TelemetryNames.RESEND_COUNT,
                Integer.toString(Math.max(0, outcome.attempts() - 1)));
        Usage usage = outcome.usage();
        return usage == null
                ? values
                : values.and(
                        TelemetryNames.INPUT_TOKENS,
                        Long.toString(usage.inputTokens()),
                        TelemetryNames.OUTPUT_TOKENS,
                        Long.toString(usage.outputTokens()));
    }

    private static String orNone(@Nullable String value) {
        return value == null ? KeyValue.NONE_VALUE : value;
    }
}
