package dev.inferencekey;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.internal.Backoff;
import dev.inferencekey.internal.Call;
import dev.inferencekey.internal.ClientClosedException;
import dev.inferencekey.internal.EventPipe;
import dev.inferencekey.internal.Json;
import dev.inferencekey.internal.JsonFormatException;
import dev.inferencekey.internal.Nanos;
import dev.inferencekey.internal.Reply;
import dev.inferencekey.internal.Timing;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One wait for a workload: follows its readiness stream and opens it again whenever it drops, until it ends in a terminal phase or
 * the time is up. The server sends the present phase on every connect, so nothing that matters is missed in between. Used by one
 * thread.
 */
final class ReadinessWatch {
    /** How often the shown time moves. */
    private static final Duration TICK = Duration.ofSeconds(1);

    /** A stream that is silent for so long, comments included, is taken for dead. */
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(90);

    private final Wire wire;
    private final Timing timing;
    private final EndpointRef endpoint;
    private final WaitOptions options;
    private final Function<Duration, Call> callWithin;
    private final ProgressLine line;
    private final long start;
    private final long deadline;
    private @Nullable Readiness last;
    private int failures;

    ReadinessWatch(
            Wire wire,
            EndpointRef endpoint,
            WaitOptions options,
            ProgressLine line,
            Function<Duration, Call> callWithin) {
        this.wire = wire;
        this.timing = wire.transport().timing();
        this.endpoint = endpoint;
        this.options = options;
        this.line = line;
        this.callWithin = callWithin;
        this.start = timing.nanoTime();
        this.deadline = start + Nanos.of(options.timeout());
    }

    /** Waits; the report is the one that said ready. */
    Readiness await() {
        try (line) {
            while (true) {
                EventPipe pipe = open();
                Optional<Readiness> ready;
                Throwable dropped = null;
                try {
                    ready = follow(pipe);
                } catch (DroppedException e) {
                    ready = Optional.empty();
                    dropped = e.getCause();
                } finally {
                    pipe.close();
                }
                if (ready.isPresent()) {
                    return ready.get();
                }
                failures++;
                pause(Backoff.after(failures), dropped);
            }
        }
    }

    /** Connects; the call itself tries again for as long as there is time. */
    private EventPipe open() {
        Duration left = left();
        if (left.isZero()) {
            throw timeout(null);
        }
        try {
            Reply reply = wire.success(callWithin.apply(left));
            return Wire.events(reply);
        } catch (TransportException e) {
            throw left().isZero() && !Thread.currentThread().isInterrupted() ? timeout(e) : e;
        }
    }

    /** Reads until ready; empty if the stream ended before that. */
    private Optional<Readiness> follow(EventPipe pipe) throws DroppedException {
        while (true) {
            Duration left = left();
            if (left.isZero()) {
                throw timeout(null);
            }
            EventPipe.Signal signal;
            try {
                signal = pipe.await(left.compareTo(TICK) < 0 ? left : TICK);
            } catch (InterruptedException e) {
                throw Failures.interrupted(e);
            }
            if (signal instanceof EventPipe.Signal.Arrived arrived) {
                Readiness readiness = read(arrived.event().data());
                if (accept(readiness)) {
                    pipe.finish();
                    return Optional.of(readiness);
                }
            } else if (signal instanceof EventPipe.Signal.Broken broken) {
                if (broken.cause() instanceof ClientClosedException closed) {
                    throw Failures.of(closed, wire.transport().base());
                }
                throw new DroppedException(broken.cause());
            } else if (signal instanceof EventPipe.Signal.Ended
                    || pipe.silence().compareTo(LONGEST_SILENCE) > 0) {
                return Optional.empty();
            } else {
                line.tick(waited());
            }
        }
    }

    /** Passes a report on; whether it says ready. */
    private boolean accept(Readiness readiness) {
        failures = 0;
        last = readiness;
        line.report(readiness, waited());
        options.onProgress().accept(readiness);
        Optional<ReadinessPhase> phase = readiness.knownPhase();
        if (phase.equals(Optional.of(ReadinessPhase.ERROR))) {
            throw new WorkloadFailedException(endpoint, readiness);
        }
        return phase.equals(Optional.of(ReadinessPhase.READY));
    }

    private static Readiness read(String data) {
        Map<String, @Nullable Object> json = null;
        try {
            json = JsonShape.asObject(Json.read(data));
        } catch (JsonFormatException e) {
            // Reported below, like JSON of another shape.
        }
        String phase = json == null ? null : JsonShape.string(json, "phase");
        if (json == null || phase == null) {
            throw ApiException.of(
                    "the readiness stream can't be read: an event without a phase", new ErrorDetails(200, null, null));
        }
        String message = JsonShape.string(json, "message");
        Long elapsed = JsonShape.integer(json, "elapsed_ms");
        return new Readiness(
                phase,
                message == null ? "" : Redaction.scrub(message),
                Duration.ofMillis(elapsed == null ? 0 : Math.max(0, elapsed)),
                JsonShape.string(json, "step"));
    }

    private void pause(Duration pause, @Nullable Throwable dropped) {
        Duration left = left();
        if (pause.compareTo(left) >= 0) {
            throw timeout(dropped);
        }
        CompletableFuture<Void> over = timing.pause(pause);
        try {
            over.get();
        } catch (InterruptedException e) {
            over.cancel(true);
            throw Failures.interrupted(e);
        } catch (ExecutionException e) {
            throw Failures.of(e, wire.transport().base());
        }
    }

    private Duration left() {
        return Duration.ofNanos(Math.max(0, deadline - timing.nanoTime()));
    }

    private Duration waited() {
        return Duration.ofNanos(timing.nanoTime() - start);
    }

    private ReadinessTimeoutException timeout(@Nullable Throwable cause) {
        return new ReadinessTimeoutException(endpoint, options.timeout(), last, cause);
    }

    /** The stream broke off. */
    private static final class DroppedException extends Exception {
        DroppedException(Throwable cause) {
            super(cause);
        }
    }
}
