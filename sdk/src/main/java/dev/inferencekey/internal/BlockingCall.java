package dev.inferencekey.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** A call whose caller waits for it: its attempts one after the other, all in the caller's thread. {@link PendingCall} is for the others. */
final class BlockingCall {
    /**
     * What a server's kernel takes in even if the server does not read: then the two never wait for each other, the one writing, the other
     * answering early.
     */
    private static final int MAX_REQUEST_BODY_BYTES = 64 * 1024;

    private final HttpTransport transport;
    private final Call call;
    private final CallWatch watch;
    private final RetryPlan plan;
    private final Flight flight;

    BlockingCall(HttpTransport transport, Call call, CallWatch watch) {
        this.transport = transport;
        this.call = call;
        this.watch = watch;
        this.plan = new RetryPlan(call, transport.retries(), transport.timing());
        this.flight = new Flight(plan.deadline(), call.timeout());
    }

    /** Whether a call is one for this, if its caller waits: a small request, whose answer is held whole. */
    static boolean suits(Call call) {
        return !call.events()
                && (call.body() == null
                        || (call.body() instanceof BytesBody body && body.contentLength() <= MAX_REQUEST_BODY_BYTES));
    }

    /** How others end it. */
    Flight flight() {
        return flight;
    }

    /** The answer of whatever status. */
    Reply run() throws IOException, InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        for (int number = 1; ; number++) {
            Optional<Duration> pause;
            watch.attempt(number);
            try {
                Reply reply = transport.exchange(call, number, watch.headers(), flight);
                pause = plan.after(number, reply);
                if (pause.isEmpty()) {
                    return reply;
                }
                watch.retrying(reply.status(), null, pause.get());
            } catch (IOException e) {
                // Why it was ended from outside says more than what broke because of it.
                flight.release();
                if (Thread.interrupted()) {
                    throw new InterruptedException();
                }
                pause = plan.after(number, e);
                if (pause.isEmpty()) {
                    throw e;
                }
                watch.retrying(0, e, pause.get());
            }
            pause(pause.get());
        }
    }

    private void pause(Duration delay) throws IOException, InterruptedException {
        CompletableFuture<Void> pause = transport.timing().pause(delay);
        flight.hold(() -> pause.cancel(true));
        try {
            pause.get();
        } catch (CancellationException e) {
            // Ended from outside.
        } catch (ExecutionException e) {
            throw new ClientClosedException();
        } catch (InterruptedException e) {
            pause.cancel(true);
            throw e;
        }
        flight.release();
    }
}
