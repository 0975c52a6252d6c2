package dev.inferencekey.testkit;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the model server: HTTP/1.1, one request. Used by one thread.
 *
 * <p>Only one, since the platform rightly sends a request again that a connection lost which it had used before; a test's fault would then
 * sometimes be none.
 */
final class ModelConnection {
    private static final int LONGEST_LINE = 64 * 1024;
    private static final String READY = "{\"object\":\"list\",\"data\":[{\"id\":\"scripted\",\"object\":\"model\"}]}";

    private final Socket socket;
    private final ModelServer server;
    private final InputStream in;
    private final OutputStream out;

    ModelConnection(Socket socket, ModelServer server) throws IOException {
        this.socket = socket;
        this.server = server;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = new BufferedOutputStream(socket.getOutputStream());
    }

    /** Answers one request; the connection is to be closed then. */
    void serve() throws IOException, InterruptedException {
        String line = line();
        if (line == null) {
            return;
        }
        String[] words = line.split(" ");
        if (words.length != 3) {
            throw new IOException("no request line: " + line);
        }
        Map<String, String> headers = headers();
        byte[] body = body(headers);
        // "", project, workload, the rest
        String[] target = words[1].split("\\?", 2)[0].split("/", 4);
        if (target.length == 4) {
            answer(target[1], target[2], new ScriptedCall(words[0], "/" + target[3], headers, body));
        } else {
            send(Rendering.error(404, "not_found", "nothing is scripted at " + words[1]), Map.of());
        }
    }

    private void answer(String project, String slug, ScriptedCall call) throws IOException, InterruptedException {
        // The platform looks whether the model is there; only what callers ask is scripted.
        if (call.method().equals("GET") && call.path().equals("/v1/models")) {
            send(Rendering.whole(200, "application/json", READY), Map.of());
            return;
        }
        ScriptedWorkload workload = server.workload(project, slug);
        if (workload == null) {
            send(Rendering.error(404, "not_found", "workload " + slug + " is not scripted"), Map.of());
            return;
        }
        ScriptedAnswer answer;
        Rendering rendering;
        try {
            answer = workload.take(call);
            if (answer.content() instanceof ScriptedAnswer.Reset) {
                pause(answer.delay());
                reset();
                return;
            }
            rendering = Rendering.of(answer, call);
        } catch (RuntimeException e) {
            send(Rendering.error(400, "unscripted_request", String.valueOf(e.getMessage())), Map.of());
            return;
        }
        pause(answer.delay());
        if (rendering.streamed()) {
            stream(rendering, answer);
        } else {
            send(rendering, answer.headers(), answer.isCut());
        }
    }

    private void send(Rendering rendering, Map<String, String> headers) throws IOException {
        send(rendering, headers, false);
    }

    private void send(Rendering rendering, Map<String, String> headers, boolean cut) throws IOException {
        byte[] body = rendering.pieces().getFirst();
        head(rendering, headers, "Content-Length: " + body.length);
        out.write(body, 0, cut ? body.length / 2 : body.length);
        out.flush();
    }

    private void stream(Rendering rendering, ScriptedAnswer answer) throws IOException, InterruptedException {
        head(rendering, answer.headers(), "Transfer-Encoding: chunked");
        out.flush();
        List<byte[]> pieces = rendering.pieces();
        for (int i = 0; i < pieces.size(); i++) {
            if (i == answer.pieces()) {
                return;
            }
            if (i > 0) {
                pause(answer.pace());
            }
            byte[] bytes = pieces.get(i);
            write(Integer.toHexString(bytes.length) + "\r\n");
            out.write(bytes);
            write("\r\n");
            out.flush();
        }
        if (!answer.isCut()) {
            write("0\r\n\r\n");
            out.flush();
        }
    }

    private void head(Rendering rendering, Map<String, String> headers, String framing) throws IOException {
        write("HTTP/1.1 " + rendering.status() + " Scripted\r\nContent-Type: " + rendering.contentType() + "\r\n");
        for (Map.Entry<String, String> header : headers.entrySet()) {
            write(header.getKey() + ": " + header.getValue() + "\r\n");
        }
        write("Connection: close\r\n" + framing + "\r\n\r\n");
    }

    private void reset() throws IOException {
        // Closing without lingering sends a reset.
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private static void pause(Duration time) throws InterruptedException {
        if (time.isPositive()) {
            Thread.sleep(time);
        }
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }

    private Map<String, String> headers() throws IOException {
        Map<String, String> headers = new TreeMap<>();
        while (true) {
            String line = line();
            if (line == null) {
                throw new EOFException("in the middle of a head");
            }
            if (line.isEmpty()) {
                return headers;
            }
            int colon = line.indexOf(':');
            if (colon > 0) {
                headers.merge(
                        line.substring(0, colon).toLowerCase(Locale.ROOT),
                        line.substring(colon + 1).strip(),
                        (first, second) -> first + ", " + second);
            }
        }
    }

    private byte[] body(Map<String, String> headers) throws IOException {
        if (headers.getOrDefault("transfer-encoding", "").equalsIgnoreCase("chunked")) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            while (true) {
                String size = line();
                if (size == null) {
                    throw new EOFException("in the middle of a body");
                }
                int length = Integer.parseInt(size.split(";", 2)[0].strip(), 16);
                body.write(exactly(length));
                line();
                if (length == 0) {
                    return body.toByteArray();
                }
            }
        }
        return exactly(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("in the middle of a body");
        }
        return bytes;
    }

    /** Without its end; null at the end of the connection. */
    private @Nullable String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        while (true) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            if (next == '\n') {
                String text = line.toString(StandardCharsets.UTF_8);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            if (line.size() == LONGEST_LINE) {
                throw new IOException("a line is too long");
            }
            line.write(next);
        }
    }
}
