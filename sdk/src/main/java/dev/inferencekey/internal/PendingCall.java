package dev.inferencekey.internal;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A call in flight: its attempts one after the other, and one time limit over all of them. Completes with the answer of whatever
 * status, or with what broke. Completing it from outside in any way, cancelling included, ends the attempt and frees its
 * connection.
 *
 * <p>Invariant: at most one attempt or pause is current; whoever makes one current checks afterwards whether the call has ended
 * meanwhile, and whoever ends the call cancels what is current. One of the two sees the other.
 */
final class PendingCall extends CompletableFuture<Reply> {
    private final HttpTransport transport;
    private final Call call;
    private final CallWatch watch;
    private final Timing timing;
    private final long deadline;
    private final long lastStart;
    private volatile @Nullable Future<?> current;

    PendingCall(HttpTransport transport, Call call, CallWatch watch, Timing timing) {
        this.transport = transport;
        this.call = call;
        this.watch = watch;
        this.timing = timing;
        long now = timing.nanoTime();
        this.deadline = now + Nanos.of(call.timeout());
        this.lastStart = now + Math.min(Nanos.of(call.timeout()), Nanos.of(call.retryFor()));
    }

    void start() {
        Timing.Alarm limit = timing.alarm(call.timeout(), this::timeOut);
        Futures.onEnd(this, (reply, failure) -> {
            limit.cancel();
            Future<?> running = current;
            if (running != null) {
                running.cancel(true);
            }
        });
        attempt(1);
    }

    /** Without type: a future's derived stages are plain futures, whose cancelling must not reach the call by accident. */
    @Override
    public <U> CompletableFuture<U> newIncompleteFuture() {
        return new CompletableFuture<>();
    }

    private void timeOut() {
        completeExceptionally(new CallTimeoutException("no complete answer within " + Durations.text(call.timeout())));
    }

    private void attempt(int number) {
        if (isDone()) {
            return;
        }
        AtomicReference<@Nullable BegunError> begun = new AtomicReference<>();
        CompletableFuture<HttpResponse<Body>> sent;
        watch.attempt(number);
        try {
            sent = transport.request(call, watch.headers(), begun::set);
        } catch (RuntimeException e) {
            completeExceptionally(e);
            return;
        }
        makeCurrent(sent);
        Futures.onEnd(sent, (response, failure) -> settle(number, response, begun.get(), failure));
    }

    private void makeCurrent(Future<?> next) {
        current = next;
        if (isDone()) {
            next.cancel(true);
        }
    }

    private void settle(
            int number,
            @Nullable HttpResponse<Body> response,
            @Nullable BegunError begun,
            @Nullable Throwable failure) {
        if (response != null) {
            settle(number, new Reply(call.uri(), response.statusCode(), response.headers(), response.body(), number));
        } else if (begun != null) {
            settle(number, begun.reply(call.uri(), number));
        } else if (failure != null) {
            Throwable cause = Failure.unwrap(failure);
            if (!mayRetry(cause) || !retryAfter(number, Optional.empty(), 0, cause)) {
                completeExceptionally(cause);
            }
        }
    }

    private void settle(int number, Reply reply) {
        if (mayRetry(reply)) {
            if (retryAfter(number, RetryAfter.of(reply, timing.instant()), reply.status(), null)) {
                return;
            }
        } else if (!Failure.isOverloaded(reply.status())) {
            transport.retries().budget().succeeded(number);
        }
        if (!complete(reply) && reply.body() instanceof EventPipe pipe) {
            pipe.close();
        }
    }

    private boolean mayRetry(Reply reply) {
        return switch (call.retry()) {
            case NOTHING_SENT -> false;
            case IDEMPOTENT -> Failure.isTransient(reply.status());
            case INFERENCE -> Failure.isOverloaded(reply.status());
        };
    }

    private boolean mayRetry(Throwable failure) {
        return call.retry() == Call.Retry.NOTHING_SENT ? Failure.nothingSent(failure) : Failure.isTransient(failure);
    }

    /** Plans the next attempt; false if it would begin too late, or be one too many. */
    private boolean retryAfter(int attempts, Optional<Duration> asked, int status, @Nullable Throwable failure) {
        Retries retries = transport.retries();
        long left = Math.min(lastStart, deadline - 1) - timing.nanoTime();
        if (isDone() || attempts >= retries.maxAttempts() || left < 0) {
            return false;
        }
        Optional<Duration> planned = retries.backoff().pause(attempts, asked, Duration.ofNanos(left), timing.random());
        if (planned.isEmpty() || !retries.budget().take()) {
            return false;
        }
        Duration delay = planned.get();
        watch.retrying(status, failure, delay);
        CompletableFuture<Void> pause = timing.pause(delay);
        makeCurrent(pause);
        Futures.onEnd(pause, (done, cancelled) -> {
            if (cancelled == null) {
                attempt(attempts + 1);
            }
        });
        return true;
    }
}
