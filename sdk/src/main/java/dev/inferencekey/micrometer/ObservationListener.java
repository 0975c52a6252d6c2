package dev.inferencekey.micrometer;

import dev.inferencekey.CallInfo;
import dev.inferencekey.CallListener;
import dev.inferencekey.CallObserver;
import dev.inferencekey.CallOutcome;
import dev.inferencekey.InferenceKeyException;
import dev.inferencekey.internal.TelemetryNames;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Observes calls with an {@link ObservationRegistry}: its handlers make meters, spans and logs of them, and Micrometer Tracing sends the
 * trace along. An observation is a child of the caller's current one. Tokens, retries and the time to the first chunk are not in the
 * meters that handlers make: add {@link MeterListener#besideObservations}. Thread-safe.
 */
public final class ObservationListener implements CallListener {
    private static final CallObservationConvention INFERENCE = new DefaultCallObservationConvention(true);
    private static final CallObservationConvention CONTROL = new DefaultCallObservationConvention(false);

    private final ObservationRegistry registry;
    private final @Nullable CallObservationConvention convention;

    /** Observes with {@link DefaultCallObservationConvention}, or with the registry's own convention if it has one. */
    public ObservationListener(ObservationRegistry registry) {
        this(registry, null);
    }

    /** @param convention names and key values; null: as the registry has them, or the default */
    public ObservationListener(ObservationRegistry registry, @Nullable CallObservationConvention convention) {
        this.registry = Objects.requireNonNull(registry, "registry");
        this.convention = convention;
    }

    @Override
    public CallObserver started(CallInfo call) {
        CallObservationContext context = new CallObservationContext(call);
        Observation observation = Observation.createNotStarted(
                convention, call.inference() ? INFERENCE : CONTROL, () -> context, registry);
        if (observation.isNoop()) {
            return CallObserver.NONE;
        }
        observation.start();
        return new Observed(context, observation);
    }

    /** The calling thread's current observation becomes current around {@code work}. */
    @Override
    public Runnable wrap(Runnable work) {
        Observation current = registry.getCurrentObservation();
        if (current == null) {
            return work;
        }
        return () -> {
            Observation.Scope scope = current.openScope();
            try {
                work.run();
            } finally {
                scope.close();
            }
        };
    }

    private record Observed(CallObservationContext context, Observation observation) implements CallObserver {
        @Override
        public Map<String, String> headers() {
            Map<String, String> headers = context.getCarrier();
            return headers == null ? Map.of() : headers;
        }

        @Override
        public void retrying(String errorType, Duration pause) {
            observation.event(Observation.Event.of(TelemetryNames.RETRY, TelemetryNames.RETRY + " " + errorType));
        }

        @Override
        public void firstChunk(Duration elapsed) {
            observation.event(Observation.Event.of(TelemetryNames.FIRST_CHUNK));
        }

        @Override
        public void ended(CallOutcome outcome) {
            context.setResponse(outcome);
            InferenceKeyException failure = outcome.failure();
            if (failure != null) {
                observation.error(failure);
            }
            observation.stop();
        }
    }
}
