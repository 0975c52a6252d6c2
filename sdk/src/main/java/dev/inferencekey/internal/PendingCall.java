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
    private final RetryPlan plan;
    private volatile @Nullable Future<?> current;

    PendingCall(HttpTransport transport, Call call, CallWatch watch, Timing timing) {
        this.transport = transport;
        this.call = call;
        this.watch = watch;
        this.timing = timing;
        this.plan = new RetryPlan(call, transport.retries(), timing);
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
        completeExceptionally(CallTimeoutException.after(call.timeout()));
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
            settle(number, Failure.unwrap(failure));
        }
    }

    private void settle(int number, Throwable failure) {
        Optional<Duration> pause = isDone() ? Optional.empty() : plan.after(number, failure);
        if (pause.isPresent()) {
            watch.retrying(0, failure, pause.get());
            attemptAfter(pause.get(), number + 1);
        } else {
            completeExceptionally(failure);
        }
    }

    private void settle(int number, Reply reply) {
        if (!isDone()) {
            Optional<Duration> pause = plan.after(number, reply);
            if (pause.isPresent()) {
                watch.retrying(reply.status(), null, pause.get());
                attemptAfter(pause.get(), number + 1);
                return;
            }
        }
        if (!complete(reply) && reply.body() instanceof EventPipe pipe) {
            pipe.close();
        }
    }

    private void attemptAfter(Duration delay, int number) {
        CompletableFuture<Void> pause = timing.pause(delay);
        makeCurrent(pause);
        Futures.onEnd(pause, (done, cancelled) -> {
            if (cancelled == null) {
                attempt(number);
            }
        });
    }
}
