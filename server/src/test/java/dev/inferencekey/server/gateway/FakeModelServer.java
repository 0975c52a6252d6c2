package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 server on a plain socket whose answers a test writes byte by byte. Thread-safe. */
final class FakeModelServer implements AutoCloseable {
    /** A request as it arrived; names in lower case, values of equal names joined by a comma. */
    record Request(String method, String target, Map<String, String> headers, String text) {}

    /** Writes the answer to one request. */
    interface Script {
        void answer(Request request, Exchange exchange) throws IOException;
    }

    private final ServerSocket listener;
    private final Thread accepting;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final BlockingQueue<Request> requests = new LinkedBlockingQueue<>();
    private final AtomicInteger connections = new AtomicInteger();
    private volatile Script script;
    private volatile boolean readBodies = true;

    FakeModelServer(Script script) {
        this.script = script;
        try {
            listener = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        accepting = Thread.ofPlatform().daemon().name("fake-accept").start(this::accept);
    }

    static FakeModelServer answering(String contentType, String body) {
        return new FakeModelServer((_, exchange) -> exchange.whole(200, contentType, body));
    }

    void script(Script next) {
        script = next;
    }

    /** From now on the script runs as soon as the head is there, with an empty body, and each connection carries one request. */
    void leaveBodies() {
        readBodies = false;
    }

    int port() {
        return listener.getLocalPort();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port());
    }

    int connections() {
        return connections.get();
    }

    int openConnections() {
        return sockets.size();
    }

    int seen() {
        return requests.size();
    }

    /** The next request, which must come within ten seconds. */
    Request next() {
        try {
            Request request = requests.poll(10, TimeUnit.SECONDS);
            if (request == null) {
                throw new AssertionError("no request reached the model server");
            }
            return request;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                int number = connections.incrementAndGet();
                sockets.add(socket);
                Thread.ofVirtual().name("fake-connection").start(() -> serve(number, socket));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(int number, Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                Request request = readRequest(in);
                if (request == null) {
                    return;
                }
                requests.add(request);
                Exchange exchange = new Exchange(number, socket, in, socket.getOutputStream());
                script.answer(request, exchange);
                if (!readBodies && !exchange.closed) {
                    // What is left is no request, and closing over it would be a reset that can destroy the answer on
                    // its way.
                    exchange.waitForClose();
                }
                if (exchange.closed) {
                    return;
                }
            }
        } catch (IOException e) {
            // The gateway or the test has closed the connection.
        } finally {
            sockets.remove(socket);
        }
    }

    private @Nullable Request readRequest(InputStream in) throws IOException {
        String line = readLine(in);
        if (line == null) {
            return null;
        }
        String[] words = line.split(" ", -1);
        Map<String, String> headers = new TreeMap<>();
        for (String header = readLine(in); header != null && !header.isEmpty(); header = readLine(in)) {
            int colon = header.indexOf(':');
            headers.merge(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip(),
                    (a, b) -> a + "," + b);
        }
        String body = readBodies ? new String(readBody(in, headers), UTF_8) : "";
        return new Request(words[0], words[1], headers, body);
    }

    static byte[] readBody(InputStream in, Map<String, String> headers) throws IOException {
        if (headers.getOrDefault("transfer-encoding", "").equals("chunked")) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            while (true) {
                String size = readLine(in);
                if (size == null) {
                    throw new IOException("cut off");
                }
                byte[] chunk = in.readNBytes(Integer.parseInt(size, 16));
                body.writeBytes(chunk);
                readLine(in);
                if (chunk.length == 0) {
                    return body.toByteArray();
                }
            }
        }
        return in.readNBytes(Integer.parseInt(headers.getOrDefault("content-length", "0")));
    }

    static @Nullable String readLine(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b >= 0; b = in.read()) {
            if (b == '\n') {
                String text = line.toString(ISO_8859_1);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(b);
        }
        return null;
    }

    /** Breaks every connection that is open, without a word. */
    void dropConnections() throws IOException {
        List<Socket> open = new ArrayList<>(sockets);
        for (Socket socket : open) {
            socket.close();
        }
    }

    /** Goes away: nothing listens any more. */
    void stop() throws IOException {
        listener.close();
        try {
            accepting.join(); // Until then a last connection may still be accepted.
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        dropConnections();
    }

    @Override
    public void close() throws IOException {
        stop();
    }

    /** What a script writes to. */
    static final class Exchange {
        private final int connection;
        private final Socket socket;
        private final InputStream in;
        private final OutputStream out;
        private boolean closed;

        private Exchange(int connection, Socket socket, InputStream in, OutputStream out) {
            this.connection = connection;
            this.socket = socket;
            this.in = in;
            this.out = out;
        }

        /** Which one it is, from 1 on. */
        int connection() {
            return connection;
        }

        void raw(String text) throws IOException {
            out.write(text.getBytes(UTF_8));
            out.flush();
        }

        void whole(int status, String contentType, String body) throws IOException {
            int length = body.getBytes(UTF_8).length;
            raw("HTTP/1.1 " + status + " X\r\nContent-Type: " + contentType + "\r\nContent-Length: " + length
                    + "\r\n\r\n" + body);
        }

        void startStream() throws IOException {
            raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        }

        void chunk(String text) throws IOException {
            int length = text.getBytes(UTF_8).length;
            raw(Integer.toHexString(length) + "\r\n" + text + "\r\n");
        }

        void endStream() throws IOException {
            raw("0\r\n\r\n");
        }

        void close() throws IOException {
            closed = true;
            socket.close();
        }

        /** Breaks the connection off so that the other side may lose what it has not yet read. */
        void reset() throws IOException {
            socket.setSoLinger(true, 0);
            close();
        }

        /** Returns when that many bytes of a body that was left have come. */
        void skip(int bytes) throws IOException {
            in.skipNBytes(bytes);
        }

        /** Returns when the other side has closed the connection; the socket's own timeout applies. */
        boolean waitForClose() throws IOException {
            closed = true;
            socket.setSoTimeout(10_000);
            try {
                while (in.read() >= 0) {
                    // Whatever still comes is of no interest.
                }
                return true;
            } catch (SocketTimeoutException e) {
                return false;
            } catch (IOException e) {
                return true;
            }
        }

        OutputStream out() {
            return out;
        }
    }
}
