package dev.inferencekey.server.manager;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.FrontDoor;
import dev.inferencekey.server.manager.http.Request;
import dev.inferencekey.server.manager.service.RefusedException;
import io.helidon.common.buffers.DataReader.InsufficientDataAvailableException;
import io.helidon.http.DirectHandler;
import io.helidon.http.DirectHandler.EventType;
import io.helidon.http.Header;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Headers;
import io.helidon.http.RequestException;
import io.helidon.http.ServerResponseHeaders;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Translates between the HTTP library and {@link FrontDoor}; decides nothing. Thread-safe. */
final class HelidonRequests {
    /** What the library answers by itself unless told how: everything that fails before a handler is called. */
    static final List<EventType> UNROUTED_EVENTS = List.of(EventType.values());

    /** The longest body that is read only to be thrown away, in bytes: 8 MiB. */
    private static final long MAX_DRAINED = 8L * 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(HelidonRequests.class);

    private final FrontDoor frontDoor;

    HelidonRequests(FrontDoor frontDoor) {
        this.frontDoor = frontDoor;
    }

    void handle(ServerRequest request, ServerResponse response) {
        Answer answer = frontDoor.answer(new Request(
                request.prologue().method().text(),
                request.prologue().uriPath().rawPath(),
                request.prologue().query().rawValue(),
                headers(request.headers()),
                limit -> body(request, limit)));
        response.status(Status.create(answer.status()));
        answer.headers().forEach((name, value) -> response.header(HeaderValues.create(name, value)));
        boolean unread = !request.content().consumed();
        if (unread) {
            response.header(HeaderValues.CONNECTION_CLOSE);
        }
        switch (answer) {
            case Answer.Whole whole -> response.send(whole.body());
            case Answer.Streamed streamed -> stream(streamed.source(), response);
        }
        if (unread) {
            drain(request);
            // What is left of the body must never be taken for another request.
            throw new CloseConnectionException("the body was not wanted");
        }
    }

    /** Answers what never reaches a handler, since it can't be read as a request. */
    DirectHandler.TransportResponse unrouted(
            DirectHandler.TransportRequest transport,
            EventType event,
            Status status,
            ServerResponseHeaders headers,
            @Nullable String message) {
        Answer answer = frontDoor.unreadable(new Request(
                transport.method(), transport.path(), "", headers(transport.headers()), limit -> new byte[0]));
        DirectHandler.TransportResponse.Builder response = DirectHandler.TransportResponse.builder()
                .status(Status.create(answer.status()))
                .keepAlive(false);
        answer.headers().forEach((name, value) -> response.header(HeaderValues.create(name, value)));
        return answer instanceof Answer.Whole whole
                ? response.entity(whole.body()).build()
                : response.build();
    }

    /**
     * Reads what is left of a body of known, moderate length: a connection that is closed before would be reset, and callers that are
     * still sending would never see the answer.
     */
    private static void drain(ServerRequest request) {
        long announced = request.headers().contentLength().orElse(Long.MAX_VALUE);
        if (announced > MAX_DRAINED || request.headers().contains(HeaderNames.EXPECT)) {
            return;
        }
        try (InputStream in = request.content().inputStream()) {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException | UncheckedIOException | InsufficientDataAvailableException | IllegalStateException e) {
            LOG.debug("caller left in the middle of a body");
        }
    }

    private static Map<String, List<String>> headers(Headers headers) {
        Map<String, List<String>> values = new HashMap<>();
        for (Header header : headers) {
            values.put(header.name().toLowerCase(Locale.ROOT), header.allValues());
        }
        return values;
    }

    private static byte[] body(ServerRequest request, int limit) {
        if (!request.content().hasEntity()) {
            return new byte[0];
        }
        if (request.headers().contentLength().orElse(0) > limit) {
            throw tooLarge();
        }
        try (InputStream in = request.content().inputStream()) {
            byte[] body = in.readNBytes(limit + 1);
            if (body.length > limit) {
                throw tooLarge();
            }
            return body;
        } catch (RequestException e) {
            throw new RefusedException(ErrorCode.INVALID_REQUEST, "the body's transfer coding is broken");
        } catch (IOException | UncheckedIOException | InsufficientDataAvailableException e) {
            throw new RefusedException(ErrorCode.INVALID_REQUEST, "the body was cut off");
        }
    }

    /** Only a body that is complete is ended; any other must not look complete, so its connection is cut. */
    private static void stream(Answer.Source source, ServerResponse response) {
        try {
            OutputStream out = response.outputStream();
            source.writeTo(bytes -> {
                out.write(bytes);
                out.flush();
            });
            out.close();
        } catch (IOException | ServerConnectionException | UncheckedIOException e) {
            LOG.debug("caller left a stream");
            throw new CloseConnectionException("the caller left", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CloseConnectionException("the server stops", e);
        } catch (RuntimeException e) {
            LOG.warn("stream broke off cause={}", Redaction.scrub(String.valueOf(e)));
            throw new CloseConnectionException("the stream broke off", e);
        }
    }

    private static RefusedException tooLarge() {
        return new RefusedException(
                ErrorCode.BODY_TOO_LARGE, "the body is larger than " + Exchange.MAX_BODY + " bytes");
    }
}
