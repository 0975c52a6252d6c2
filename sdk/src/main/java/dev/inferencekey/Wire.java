package dev.inferencekey;

import dev.inferencekey.internal.Body;
import dev.inferencekey.internal.Call;
import dev.inferencekey.internal.EventPipe;
import dev.inferencekey.internal.Futures;
import dev.inferencekey.internal.HttpTransport;
import dev.inferencekey.internal.Reply;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

/** The transport with this package's exceptions, and with those told who listen to calls. Thread-safe. */
final class Wire implements AutoCloseable {
    private final HttpTransport transport;
    private final List<CallListener> listeners;

    /** @param listeners are told of every call */
    Wire(HttpTransport transport, List<CallListener> listeners) {
        this.transport = transport;
        this.listeners = listeners;
    }

    HttpTransport transport() {
        return transport;
    }

    /** An address below the base URL; {@code path} begins with a slash and is encoded. */
    URI uri(String path) {
        return URI.create(transport.base() + path);
    }

    /** Sends and waits for an answer of any status. */
    Reply exchange(Call call) {
        WatchedCall watch = watch(call);
        Reply reply = answer(call, watch);
        if (watch != WatchedCall.UNWATCHED) {
            watch.answered(reply);
            if (reply.isSuccess()) {
                watch.succeeded(AnswerFacts.NONE);
            } else {
                watch.failed(Failures.of(reply, transport.timing().instant()));
            }
        }
        return reply;
    }

    /** Sends and waits for a 2xx answer. */
    Reply success(Call call) {
        return requireSuccess(exchange(call));
    }

    /** Sends, waits for a 2xx answer and reads it. */
    <T> T success(Call call, Function<Reply, T> read) {
        WatchedCall watch = watch(call);
        return read(answer(call, watch), read, watch);
    }

    /** Sends and waits for the head of a 2xx answer that is an event stream. */
    OpenStream open(Call call) {
        WatchedCall watch = watch(call);
        return open(answer(call, watch), watch);
    }

    /** Sends without waiting. Cancelling the future, or completing it otherwise, cancels the call. */
    <T> CompletableFuture<T> send(Call call, Function<Reply, T> read) {
        WatchedCall watch = watch(call);
        return send(call, watch, reply -> read(reply, read, watch));
    }

    /** {@link #open} without waiting. */
    CompletableFuture<OpenStream> sendOpening(Call call) {
        WatchedCall watch = watch(call);
        return send(call, watch, reply -> open(reply, watch));
    }

    private WatchedCall watch(Call call) {
        transport.requireOpen();
        return listeners.isEmpty()
                ? WatchedCall.UNWATCHED
                : WatchedCall.start(listeners, info(call), transport.timing()::nanoTime);
    }

    private Reply answer(Call call, WatchedCall watch) {
        try {
            return transport.exchange(call, watch);
        } catch (InterruptedException e) {
            TransportException failure = Failures.interrupted(e);
            watch.failed(failure);
            throw failure;
        } catch (IOException e) {
            RuntimeException failure = Failures.of(e, transport.base());
            watch.failed(failure);
            throw failure;
        }
    }

    private <T> T read(Reply reply, Function<Reply, T> read, WatchedCall watch) {
        watch.answered(reply);
        T result;
        try {
            result = read.apply(requireSuccess(reply));
        } catch (RuntimeException e) {
            watch.failed(e);
            throw e;
        }
        if (watch != WatchedCall.UNWATCHED) {
            watch.succeeded(AnswerFacts.of(result));
        }
        return result;
    }

    private OpenStream open(Reply reply, WatchedCall watch) {
        watch.answered(reply);
        try {
            return new OpenStream(requireSuccess(reply), watch);
        } catch (RuntimeException e) {
            watch.failed(e);
            throw e;
        }
    }

    private <T> CompletableFuture<T> send(Call call, WatchedCall watch, Function<Reply, T> read) {
        CompletableFuture<Reply> sent = transport.send(call, watch);
        CompletableFuture<T> result = new CompletableFuture<>();
        Futures.onEnd(sent, (reply, failure) -> {
            if (reply == null) {
                RuntimeException told = Failures.of(failure, transport.base());
                watch.failed(told);
                result.completeExceptionally(told);
                return;
            }
            T value;
            try {
                value = read.apply(reply);
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
                return;
            }
            if (!result.complete(value) && value instanceof OpenStream stream) {
                // The caller gave up at this very moment and will never get to close it.
                stream.close();
            }
        });
        Futures.onEnd(result, (value, failure) -> sent.cancel(true));
        return result;
    }

    /** Runs waiting work on a thread of its own. Cancelling the future, or completing it otherwise, interrupts the work. */
    <T> CompletableFuture<T> run(Supplier<T> work) {
        transport.requireOpen();
        CompletableFuture<T> result = new CompletableFuture<>();
        AtomicBoolean done = new AtomicBoolean();
        Runnable inContext = WatchedCall.inContext(listeners, () -> {
            T value;
            try {
                value = work.get();
            } catch (Throwable e) {
                done.set(true);
                result.completeExceptionally(e);
                return;
            }
            done.set(true);
            result.complete(value);
        });
        Future<?> task = transport.executor().submit(inContext);
        Futures.onEnd(result, (value, failure) -> {
            // Once the work is done its thread runs what depends on the future: that must not be interrupted.
            if (!done.get()) {
                task.cancel(true);
            }
        });
        return result;
    }

    private CallInfo info(Call call) {
        URI base = transport.base();
        Call.Name name = call.name();
        return new CallInfo(
                name.operation(),
                name.inference(),
                call.method(),
                name.route(),
                base.getHost(),
                HttpTransport.port(base),
                name.project(),
                name.workload(),
                call.events());
    }

    Reply requireSuccess(Reply reply) {
        if (!reply.isSuccess()) {
            throw Failures.of(reply, transport.timing().instant());
        }
        return reply;
    }

    /** The body of a 2xx answer, which must have come whole. */
    static byte[] bytes(Reply reply) {
        if (!(reply.body() instanceof Body.Whole whole)) {
            throw Failures.unreadable(reply, "it is an event stream");
        }
        if (whole.truncated()) {
            throw Failures.unreadable(
                    reply, "it is larger than maxResponseBytes allows (" + whole.bytes().length + " bytes)");
        }
        return whole.bytes();
    }

    /** The body of a 2xx answer that must be an event stream. */
    static EventPipe events(Reply reply) {
        if (reply.body() instanceof EventPipe pipe) {
            return pipe;
        }
        String type = reply.mediaType();
        throw Failures.unreadable(
                reply, "text/event-stream was asked for, " + (type.isEmpty() ? "no type" : type) + " came");
    }

    @Override
    public void close() {
        transport.close();
    }
}
