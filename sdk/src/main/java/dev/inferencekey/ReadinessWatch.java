package dev.inferencekey;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.internal.Backoff;
import dev.inferencekey.internal.Call;
import dev.inferencekey.internal.CallTimeoutException;
import dev.inferencekey.internal.ClientClosedException;
import dev.inferencekey.internal.EventPipe;
import dev.inferencekey.internal.Failure;
import dev.inferencekey.internal.Json;
import dev.inferencekey.internal.JsonFormatException;
import dev.inferencekey.internal.Nanos;
import dev.inferencekey.internal.Reply;
import dev.inferencekey.internal.RetryAfter;
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
                Attempt attempt = attempt();
                if (attempt.ready() != null) {
                    return attempt.ready();
                }
                failures++;
                pause(attempt.askedPause(), attempt.problem());
            }
        }
    }

    /**
     * What came of one connection.
     *
     * @param ready the report that ends the wait; null: it is to be tried again
     * @param problem what went wrong, if it is more than a stream that ended
     * @param askedPause what the server asks to wait before the next connection
     */
    private record Attempt(
            @Nullable Readiness ready, @Nullable Throwable problem, Optional<Duration> askedPause) {
        static Attempt again(@Nullable Throwable problem) {
            return new Attempt(null, problem, Optional.empty());
        }
    }

    private Attempt attempt() {
        Duration left = left();
        if (left.isZero()) {
            throw timeout(null);
        }
        Reply reply;
        try {
            reply = wire.exchange(callWithin.apply(left));
        } catch (TransportException e) {
            Throwable cause = e.getCause();
            if (cause instanceof CallTimeoutException) {
                throw timeout(e);
            }
            if (cause == null || !Failure.isTransient(cause)) {
                throw e;
            }
            return Attempt.again(e);
        }
        if (Failure.isTransient(reply.status())) {
            return new Attempt(null, Failures.of(reply, timing.instant()), RetryAfter.of(reply, timing.instant()));
        }
        EventPipe pipe = Wire.events(wire.requireSuccess(reply));
        try {
            return follow(pipe);
        } finally {
            pipe.close();
        }
    }

    /** Reads until ready, or until the stream ends before that. */
    private Attempt follow(EventPipe pipe) {
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
                    return new Attempt(readiness, null, Optional.empty());
                }
            } else if (signal instanceof EventPipe.Signal.Broken broken) {
                if (broken.cause() instanceof ClientClosedException closed) {
                    throw Failures.of(closed, wire.transport().base());
                }
                return Attempt.again(broken.cause());
            } else if (signal instanceof EventPipe.Signal.Ended
                    || pipe.silence().compareTo(LONGEST_SILENCE) > 0) {
                return Attempt.again(null);
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

    /**
     * Without a retry budget, unlike calls: one connection every few seconds bounds the load by itself, and a wait must outlast a server
     * that is away for as long as its caller said.
     */
    private void pause(Optional<Duration> asked, @Nullable Throwable dropped) {
        // One nanosecond less: an attempt needs some time of its own.
        Duration left = left().minusNanos(1);
        Duration pause =
                Backoff.STANDARD.pause(failures, asked, left, timing.random()).orElseThrow(() -> timeout(dropped));
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
}
