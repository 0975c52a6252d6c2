package dev.inferencekey.server.runtime.simulator;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * One request to a simulated server and its answer. Used by one thread.
 *
 * <p>An exchange that is to look cut off is left as it is: closing its stream would send the end of a whole answer. The HTTP server
 * closes the connection once the handler has thrown.
 */
final class Call {
    static final JsonMapper JSON = JsonMapper.builder().build();

    private static final int MAX_JSON_BYTES = 32 << 20;

    private final HttpExchange exchange;
    private final Generation generation;

    Call(HttpExchange exchange, Generation generation) {
        this.exchange = exchange;
        this.generation = generation;
    }

    /** How the answer comes into being, token by token. */
    Generation generation() {
        return generation;
    }

    /** The body as a JSON object. */
    ObjectNode jsonBody() throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(MAX_JSON_BYTES + 1);
        if (body.length > MAX_JSON_BYTES) {
            throw new RequestRefusedException(413, "body_too_large", null, "the body is larger than 32 MiB");
        }
        try {
            if (JSON.readTree(body) instanceof ObjectNode object) {
                return object;
            }
        } catch (JacksonException e) {
            throw RequestRefusedException.invalid("the body is not JSON");
        }
        throw RequestRefusedException.invalid("the body must be a JSON object");
    }

    private boolean isMultipart() {
        String type = exchange.getRequestHeaders().getFirst("Content-Type");
        return type != null && type.regionMatches(true, 0, "multipart/", 0, "multipart/".length());
    }

    /** The body as a form with a file, of which only the size is kept; or as a JSON object, whose size stands for the file's. */
    Upload upload() throws IOException {
        if (isMultipart()) {
            return Upload.read(
                    exchange.getRequestBody(), exchange.getRequestHeaders().getFirst("Content-Type"));
        }
        ObjectNode body = jsonBody();
        return new Upload(Fields.ofJson(body), body.toString().length());
    }

    void answer(int status, ObjectNode body) throws IOException {
        answer(status, "application/json", JSON.writeValueAsBytes(body));
    }

    void answer(int status, String contentType, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", contentType);
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
        }
    }

    void answerError(int status, String code, @Nullable String param, String message) throws IOException {
        // Else what is left of the body would be taken for the next request.
        exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
        ObjectNode body = JSON.createObjectNode();
        body.putObject("error")
                .put("message", message)
                .put("type", status < 500 ? "invalid_request_error" : "server_error")
                .put("code", code)
                .put("param", param);
        answer(status, body);
    }

    /** Sends the head of a stream of Server-Sent Events. */
    EventStream startStream() throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "text/event-stream; charset=utf-8");
        exchange.getResponseHeaders().set("Cache-Control", "no-cache");
        exchange.sendResponseHeaders(200, 0);
        // The JDK's server would keep the head back until the first event.
        exchange.getResponseBody().flush();
        return new EventStream(exchange.getResponseBody());
    }

    /** Events on their way to the caller, each sent at once. A caller that has gone ends it with an {@link IOException}. */
    static final class EventStream {
        private final OutputStream out;

        private EventStream(OutputStream out) {
            this.out = out;
        }

        void send(@Nullable String event, String data) throws IOException {
            String text = (event == null ? "" : "event: " + event + "\n") + "data: " + data + "\n\n";
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
        }

        void send(@Nullable String event, JsonNode data) throws IOException {
            send(event, JSON.writeValueAsString(data));
        }

        /** Ends the answer as a whole one. */
        void end() throws IOException {
            out.close();
        }
    }
}
