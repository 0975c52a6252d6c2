package dev.inferencekey;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A server on a real socket that does what a test says, byte by byte: scripted answers first, one for each request, then the
 * fallback. Every connection has a thread of its own.
 */
final class FakeServer implements AutoCloseable {
    /** Answers one request. */
    interface Script {
        void answer(Request request, Answer answer) throws IOException, InterruptedException;
    }

    record Request(String method, String path, Map<String, String> headers, String body) {
        Optional<String> header(String name) {
            return Optional.ofNullable(headers.get(name.toLowerCase(Locale.ROOT)));
        }
    }

    private final ServerSocket listener;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Queue<Script> scripts = new ConcurrentLinkedQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private volatile Script fallback =
            (request, answer) -> answer.json(404, "{\"error\":\"not_found\",\"message\":\"nothing here\"}");

    FakeServer() {
        try {
            listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start("fake-server-accept", this::accept);
    }

    String url() {
        return "http://" + listener.getInetAddress().getHostAddress() + ":" + listener.getLocalPort();
    }

    /** Answers the next request without a script. */
    FakeServer next(Script script) {
        scripts.add(script);
        return this;
    }

    FakeServer nextJson(int status, String body) {
        return next((request, answer) -> answer.json(status, body));
    }

    /** Answers all requests that have no script of their own. */
    FakeServer always(Script script) {
        fallback = script;
        return this;
    }

    List<Request> requests() {
        return requests;
    }

    Request onlyRequest() {
        if (requests.size() != 1) {
            throw new AssertionError("expected one request, got " + requests);
        }
        return requests.get(0);
    }

    int connections() {
        return connections.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                connections.incrementAndGet();
                start("fake-server-connection", () -> serve(socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                Request request = read(in);
                if (request == null) {
                    return;
                }
                requests.add(request);
                Script script = scripts.poll();
                (script == null ? fallback : script).answer(request, new Answer(socket, in));
            }
        } catch (IOException | InterruptedException e) {
            // The test or the client closed the connection.
        } finally {
            sockets.remove(socket);
        }
    }

    private static @Nullable Request read(InputStream in) throws IOException {
        String first = line(in);
        if (first.isEmpty()) {
            return null;
        }
        String[] parts = first.split(" ");
        Map<String, String> headers = new LinkedHashMap<>();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            int colon = line.indexOf(':');
            if (colon < 0) {
                // A TLS greeting, for instance.
                return null;
            }
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        String body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        return new Request(parts[0], parts[1], headers, body);
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
            if (b != '\r') {
                line.write(b);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    private static void start(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
            for (Socket socket : sockets) {
                socket.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One answer, written piece by piece. */
    static final class Answer {
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;

        Answer(Socket socket, InputStream in) throws IOException {
            this.socket = socket;
            this.in = in;
            this.out = socket.getOutputStream();
        }

        /** A whole answer; {@code headers} are {@code "Name: value"}. */
        void whole(int status, String type, String body, String... headers) throws IOException {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            StringBuilder head = head(status, type, headers);
            if (status != 204) {
                head.append("Content-Length: ").append(bytes.length).append("\r\n");
            }
            raw(head.append("\r\n").toString());
            out.write(bytes);
            out.flush();
        }

        void json(int status, String body, String... headers) throws IOException {
            whole(status, "application/json", body, headers);
        }

        /** Begins a chunked answer. */
        Answer begin(int status, String type, String... headers) throws IOException {
            raw(head(status, type, headers)
                    .append("Transfer-Encoding: chunked\r\n\r\n")
                    .toString());
            return this;
        }

        /** Begins an event stream. */
        Answer events() throws IOException {
            return begin(200, "text/event-stream; charset=utf-8", "X-Request-Id: req_stream");
        }

        /** One chunk. */
        Answer send(String text) throws IOException {
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            raw(Integer.toHexString(bytes.length) + "\r\n");
            out.write(bytes);
            raw("\r\n");
            return this;
        }

        /** One event in a chunk of its own. */
        Answer event(String data) throws IOException {
            return send("data: " + data + "\n\n");
        }

        /** Ends a chunked answer. */
        void end() throws IOException {
            raw("0\r\n\r\n");
        }

        /** Any bytes. */
        Answer raw(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.UTF_8));
            out.flush();
            return this;
        }

        Answer bytes(byte[] bytes) throws IOException {
            out.write(bytes);
            return this;
        }

        /** Closes the connection in the middle of whatever was going on. */
        void cut() throws IOException {
            socket.close();
        }

        /** Resets the connection. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Waits until the client has closed the connection; true once it has. */
        boolean clientLeft() {
            try {
                return in.read() < 0;
            } catch (IOException e) {
                return true;
            }
        }

        /** Waits for the test. */
        void await(CountDownLatch latch) throws InterruptedException {
            if (!latch.await(20, TimeUnit.SECONDS)) {
                throw new AssertionError("the test never came to the point");
            }
        }

        private static StringBuilder head(int status, String type, String... headers) {
            StringBuilder head =
                    new StringBuilder("HTTP/1.1 " + status + " Whatever\r\nContent-Type: " + type + "\r\n");
            for (String header : headers) {
                head.append(header).append("\r\n");
            }
            return head;
        }
    }
}
