package dev.inferencekey.internal;

import java.io.IOException;
import java.net.http.HttpHeaders;
import org.jspecify.annotations.Nullable;

/**
 * HTTP/1.1 to one origin by the thread that asks: it writes, and it waits for the answer. Thread-safe.
 *
 * <p>Notes. The JDK's client hands each call through five threads or so, since its calls wait for nothing; a caller that waits anyway pays for that
 * several times what the whole call costs here (decision 61). After OkHttp's {@code ConnectPlan}, {@code RealConnectionPool} and {@code
 * RetryAndFollowUpInterceptor}: pooled connections are looked at before they are used, addresses are tried in turn, and a request goes out a
 * second time only if that can do no harm and the server closed a used connection without a byte.
 */
final class Http1Client {
    private final Http1Connector connector;
    private final Http1Pool pool;

    Http1Client(Http1Connector connector, Timing timing) {
        this.connector = connector;
        this.pool = new Http1Pool(timing);
    }

    /** An answer of any status. */
    record Answer(int status, HttpHeaders headers, Body.Whole body) {}

    /**
     * What may be held of an answer's body.
     *
     * @param success bytes of a 2xx answer
     * @param error bytes of any other, which counts even if it breaks off: the status says the most
     */
    record Limits(int success, int error) {}

    /**
     * Sends a request and waits for its answer.
     *
     * @param request head and body
     * @param repeatable whether the request can be sent twice without harm
     * @param flight ends it from outside
     * @throws IOException what broke, or why it was ended; also after an interrupt, which is left standing
     */
    Answer exchange(byte[] request, boolean repeatable, Flight flight, Limits limits)
            throws IOException, InterruptedException {
        Http1Connection pooled = pool.take();
        if (pooled != null) {
            try {
                return exchange(pooled, request, flight, limits);
            } catch (IOException e) {
                flight.release();
                if (!repeatable
                        || pooled.reader().begun()
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                // Closed by the server in the very moment.
            }
        }
        return exchange(connector.connect(flight), request, flight, limits);
    }

    private Answer exchange(Http1Connection connection, byte[] request, Flight flight, Limits limits)
            throws IOException {
        boolean reusable = false;
        try {
            flight.hold(connection::close);
            ResponseReader reader = connection.reader();
            boolean sent = false;
            ResponseHead head;
            try {
                connection.send(request);
                sent = true;
                head = reader.head();
            } catch (IOException e) {
                head = sent ? null : early(reader);
                if (head == null) {
                    throw e;
                }
            }
            boolean success = head.status() / 100 == 2;
            Body.Whole body = reader.body(head, success ? limits.success() : limits.error(), !success);
            flight.release();
            reusable = sent
                    && head.persistent()
                    && head.length() != ResponseHead.UNTIL_CLOSE
                    && !body.truncated()
                    && !connection.hasMore();
            return new Answer(head.status(), head.headers(), body);
        } finally {
            if (reusable) {
                pool.put(connection);
            } else {
                connection.close();
            }
        }
    }

    /** The head of an answer that the server gave before it closed the connection on the request; null if there is none. */
    private static @Nullable ResponseHead early(ResponseReader reader) {
        try {
            return reader.head();
        } catch (IOException e) {
            return null;
        }
    }

    /** Closes idle connections, and others when they are no longer needed. Calls in flight are ended by their flights. */
    void close() {
        pool.close();
    }
}
