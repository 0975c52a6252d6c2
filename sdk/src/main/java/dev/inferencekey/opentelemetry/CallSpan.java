package dev.inferencekey.opentelemetry;

import dev.inferencekey.CallInfo;
import dev.inferencekey.CallObserver;
import dev.inferencekey.CallOutcome;
import dev.inferencekey.Usage;
import dev.inferencekey.internal.TelemetryNames;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call's span. What the server said is not recorded, since it may quote what it was asked; {@code error.type} says what went wrong.
 *
 * @param context that the span is current in, for exemplars of the metrics
 */
record CallSpan(CallInfo call, Span span, Context context, Map<String, String> headers, CallMetrics metrics)
        implements CallObserver {
    @Override
    public void retrying(String errorType, Duration pause) {
        span.addEvent(TelemetryNames.RETRY, Attributes.of(CallAttributes.ERROR_TYPE, errorType));
        metrics.retrying(call, errorType, context);
    }

    @Override
    public void firstChunk(Duration elapsed) {
        span.addEvent(TelemetryNames.FIRST_CHUNK);
        span.setAttribute(CallAttributes.TIME_TO_FIRST_CHUNK, CallMetrics.inSeconds(elapsed));
        metrics.firstChunk(call, elapsed, context);
    }

    @Override
    public void ended(CallOutcome outcome) {
        if (outcome.status() != 0) {
            span.setAttribute(CallAttributes.STATUS, (long) outcome.status());
        }
        if (outcome.attempts() > 1) {
            span.setAttribute(CallAttributes.RESEND_COUNT, (long) outcome.attempts() - 1);
        }
        span.setAttribute(CallAttributes.REQUEST_ID, outcome.requestId());
        span.setAttribute(CallAttributes.RESPONSE_MODEL, outcome.model());
        String reason = outcome.finishReason();
        if (reason != null) {
            span.setAttribute(CallAttributes.FINISH_REASONS, List.of(reason));
        }
        tokens(outcome.usage());
        if (!outcome.isSuccess()) {
            span.setAttribute(CallAttributes.ERROR_TYPE, outcome.errorType());
            span.setStatus(StatusCode.ERROR);
        }
        metrics.ended(call, outcome, context);
        span.end();
    }

    private void tokens(@Nullable Usage usage) {
        if (usage != null) {
            span.setAttribute(CallAttributes.INPUT_TOKENS, usage.inputTokens());
            span.setAttribute(CallAttributes.OUTPUT_TOKENS, usage.outputTokens());
        }
    }
}
