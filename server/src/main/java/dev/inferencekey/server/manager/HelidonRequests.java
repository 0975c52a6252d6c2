package dev.inferencekey.server.manager;

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
        if (!request.content().consumed()) {
            // Nobody wants to read what may never end.
            response.header(HeaderValues.CONNECTION_CLOSE);
        }
        switch (answer) {
            case Answer.Whole whole -> response.send(whole.body());
            case Answer.Streamed streamed -> stream(streamed.source(), response);
        }
    }

    /**
     * Answers what never reaches a handler. A body that is announced as too large is refused by the library at once, but the caller
     * still hears first what it must hear first: that it may not ask at all.
     */
    DirectHandler.TransportResponse unrouted(
            DirectHandler.TransportRequest transport,
            EventType event,
            Status status,
            ServerResponseHeaders headers,
            @Nullable String message) {
        Request request = new Request(
                transport.method(), transport.path(), "", headers(transport.headers()), limit -> new byte[0]);
        Answer answer = status.code() == Status.REQUEST_ENTITY_TOO_LARGE_413.code()
                ? frontDoor.tooLarge(request)
                : frontDoor.unreadable(request);
        DirectHandler.TransportResponse.Builder response = DirectHandler.TransportResponse.builder()
                .status(Status.create(answer.status()))
                .keepAlive(false);
        answer.headers().forEach((name, value) -> response.header(HeaderValues.create(name, value)));
        return answer instanceof Answer.Whole whole
                ? response.entity(whole.body()).build()
                : response.build();
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
        try (InputStream in = request.content().inputStream()) {
            byte[] body = in.readNBytes(limit + 1);
            if (body.length > limit) {
                throw tooLarge();
            }
            return body;
        } catch (RequestException e) {
            if (e.status().code() == Status.REQUEST_ENTITY_TOO_LARGE_413.code()) {
                throw tooLarge();
            }
            throw new RefusedException(ErrorCode.INVALID_REQUEST, "the body's transfer coding is broken");
        } catch (IOException | UncheckedIOException | InsufficientDataAvailableException e) {
            throw new RefusedException(ErrorCode.INVALID_REQUEST, "the body was cut off");
        }
    }

    private static void stream(Answer.Source source, ServerResponse response) {
        response.header(HeaderNames.CONNECTION, "close");
        try (OutputStream out = response.outputStream()) {
            source.writeTo(bytes -> {
                out.write(bytes);
                out.flush();
            });
        } catch (IOException | ServerConnectionException | UncheckedIOException e) {
            LOG.debug("caller left a stream");
            throw new CloseConnectionException("the caller left", e);
        } catch (InterruptedException e) {
            // The server stops. The stream must not look complete, so the connection is cut.
            Thread.currentThread().interrupt();
            throw new CloseConnectionException("the server stops", e);
        }
    }

    private static RefusedException tooLarge() {
        return new RefusedException(
                ErrorCode.BODY_TOO_LARGE, "the body is larger than " + Exchange.MAX_BODY + " bytes");
    }
}
