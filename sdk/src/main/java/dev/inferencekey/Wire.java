package dev.inferencekey;

import dev.inferencekey.internal.Body;
import dev.inferencekey.internal.Call;
import dev.inferencekey.internal.EventPipe;
import dev.inferencekey.internal.Futures;
import dev.inferencekey.internal.HttpTransport;
import dev.inferencekey.internal.Reply;
import java.io.IOException;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Supplier;

/** The transport with this package's exceptions. Thread-safe. */
final class Wire implements AutoCloseable {
    private final HttpTransport transport;

    Wire(HttpTransport transport) {
        this.transport = transport;
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
        try {
            return transport.exchange(call);
        } catch (InterruptedException e) {
            throw Failures.interrupted(e);
        } catch (IOException e) {
            throw Failures.of(e, transport.base());
        }
    }

    /** Sends and waits for a 2xx answer. */
    Reply success(Call call) {
        return requireSuccess(exchange(call));
    }

    /** Sends without waiting. Cancelling the future, or completing it otherwise, cancels the call. */
    <T> CompletableFuture<T> send(Call call, Function<Reply, T> read) {
        CompletableFuture<Reply> sent = transport.send(call);
        CompletableFuture<T> result = new CompletableFuture<>();
        Futures.onEnd(sent, (reply, failure) -> {
            if (reply == null) {
                result.completeExceptionally(Failures.of(failure, transport.base()));
                return;
            }
            try {
                result.complete(read.apply(requireSuccess(reply)));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
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
        Future<?> task = transport.executor().submit(() -> {
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
        Futures.onEnd(result, (value, failure) -> {
            // Once the work is done its thread runs what depends on the future: that must not be interrupted.
            if (!done.get()) {
                task.cancel(true);
            }
        });
        return result;
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
