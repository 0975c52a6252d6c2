package dev.inferencekey.engine.http;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Semaphore;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** One request and its answer, over the JDK's HTTP server. Used by the request's thread alone. */
final class Exchange {
    /** The largest body that is read. */
    static final int MAX_BODY_BYTES = 32 << 20;

    /** Of a body that is refused. */
    private static final long MAX_DISCARDED_BYTES = 64L << 20;

    /** Bodies above this are handled one after the other, so that a few of them do not fill a small heap. */
    private static final int LARGE_BODY_BYTES = 2 << 20;

    private static final Semaphore LARGE_BODIES = new Semaphore(1, true);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpExchange exchange;
    private boolean holdsLargeBody;
    private boolean started;

    Exchange(HttpExchange exchange) {
        this.exchange = exchange;
    }

    /** Reads the whole body. */
    RequestBody body() throws IOException, InterruptedException {
        InputStream in = exchange.getRequestBody();
        if (announcedLength() > MAX_BODY_BYTES) {
            throw tooLarge(in);
        }
        byte[] head = in.readNBytes(LARGE_BODY_BYTES + 1);
        if (head.length <= LARGE_BODY_BYTES) {
            return RequestBody.parse(head);
        }
        LARGE_BODIES.acquire();
        holdsLargeBody = true;
        byte[] rest = in.readNBytes(MAX_BODY_BYTES + 1 - head.length);
        if (head.length + rest.length > MAX_BODY_BYTES) {
            throw tooLarge(in);
        }
        byte[] whole = new byte[head.length + rest.length];
        System.arraycopy(head, 0, whole, 0, head.length);
        System.arraycopy(rest, 0, whole, head.length, rest.length);
        return RequestBody.parse(whole);
    }

    /**
     * Reads on before the refusal is sent, to a point: a connection that is closed while its caller still sends is reset, and the answer lost.
     */
    private static ApiException tooLarge(InputStream in) throws IOException {
        byte[] discarded = new byte[64 * 1024];
        long left = MAX_DISCARDED_BYTES;
        int read = in.read(discarded);
        while (read >= 0 && left > 0) {
            left -= read;
            read = in.read(discarded);
        }
        return ApiException.tooLarge(MAX_BODY_BYTES);
    }

    private long announcedLength() {
        String announced = exchange.getRequestHeaders().getFirst("Content-Length");
        try {
            return announced == null ? 0 : Long.parseLong(announced.strip());
        } catch (NumberFormatException e) {
            throw ApiException.invalid(null, "The header Content-Length must be a number.");
        }
    }

    /** Whether the answer has begun, so that no other status can be sent. */
    boolean started() {
        return started;
    }

    void sendJson(int status, ObjectNode object) throws IOException {
        send(status, "application/json", JSON.writeValueAsBytes(object));
    }

    void send(String contentType, byte[] bytes) throws IOException {
        send(200, contentType, bytes);
    }

    private void send(int status, String contentType, byte[] bytes) throws IOException {
        header("Content-Type", contentType);
        started = true;
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    void sendError(ApiException error) throws IOException {
        if (error.status() == 503) {
            header("Retry-After", "1");
        }
        sendJson(error.status(), errorObject(error));
    }

    static ObjectNode errorObject(ApiException error) {
        ObjectNode object = JSON.createObjectNode();
        object.putObject("error")
                .put("message", error.getMessage())
                .put("type", error.type())
                .put("code", error.code())
                .put("param", error.param());
        return object;
    }

    /** Begins an answer of unknown length. */
    void start(String contentType) throws IOException {
        header("Content-Type", contentType);
        started = true;
        exchange.sendResponseHeaders(200, 0);
    }

    /** Sends one event at once, named by its type if it has one; an {@link IOException} means that the caller has gone. */
    void event(ObjectNode data) throws IOException {
        String type = data.path("type").asString("");
        write((type.isEmpty() ? "" : "event: " + type + "\n") + "data: " + JSON.writeValueAsString(data) + "\n\n");
    }

    void events(List<ObjectNode> all) throws IOException {
        for (ObjectNode data : all) {
            event(data);
        }
    }

    /** Sends text at once; an {@link IOException} means that the caller has gone. */
    void write(String text) throws IOException {
        OutputStream out = exchange.getResponseBody();
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    void header(String name, String value) {
        exchange.getResponseHeaders().set(name, value);
    }

    /** Ends the exchange, however far it came. */
    void close() {
        if (holdsLargeBody) {
            holdsLargeBody = false;
            LARGE_BODIES.release();
        }
        exchange.close();
    }
}
