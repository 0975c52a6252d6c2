package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A client that writes and reads bytes, and sees each of them when it comes. */
final class RawClient implements AutoCloseable {
    /** An answer; names in lower case. */
    record Answer(int status, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    private final Socket socket;
    private final InputStream in;

    RawClient(int port) throws IOException {
        this(port, 0);
    }

    /** With a receive buffer of this size, 0 for the system's choice. */
    RawClient(int port, int receiveBuffer) throws IOException {
        socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(15_000);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** Over a connection that is there already. */
    RawClient(Socket connected) throws IOException {
        socket = connected;
        socket.setSoTimeout(15_000);
        in = new BufferedInputStream(socket.getInputStream());
    }

    RawClient send(String text) throws IOException {
        return send(text.getBytes(UTF_8));
    }

    RawClient send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    RawClient post(String path, String key, String body, String... headers) throws IOException {
        return send(postHead(path, key, "Content-Length: " + body.getBytes(UTF_8).length, headers) + body);
    }

    static String postHead(String path, String key, String framing, String... headers) {
        return "POST " + path + " HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer " + key
                + "\r\nContent-Type: application/json\r\n" + framing + "\r\n"
                + String.join(
                        "",
                        java.util.Arrays.stream(headers).map(h -> h + "\r\n").toList()) + "\r\n";
    }

    RawClient get(String path, String key) throws IOException {
        return send("GET " + path + " HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer " + key + "\r\n\r\n");
    }

    Answer answer() throws IOException {
        return answer(false);
    }

    /** Reads one whole answer; {@code toHead} if it has no body whatever its headers say. */
    Answer answer(boolean toHead) throws IOException {
        Answer head = head();
        if (toHead || head.status() / 100 == 1 || head.status() == 204) {
            return head;
        }
        byte[] body =
                head.headers().containsKey("content-length") || head.headers().containsKey("transfer-encoding")
                        ? FakeModelServer.readBody(in, head.headers())
                        : in.readAllBytes();
        return new Answer(head.status(), head.headers(), new String(body, UTF_8));
    }

    /** Reads a status line and headers. */
    Answer head() throws IOException {
        String line = FakeModelServer.readLine(in);
        if (line == null) {
            throw new IOException("closed without an answer");
        }
        Map<String, String> headers = new TreeMap<>();
        for (String header = FakeModelServer.readLine(in);
                header != null && !header.isEmpty();
                header = FakeModelServer.readLine(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        return new Answer(Integer.parseInt(line.split(" ", -1)[1]), headers, "");
    }

    /** Reads one chunk of a chunked answer; empty at its end. */
    String chunk() throws IOException {
        String size = FakeModelServer.readLine(in);
        if (size == null) {
            throw new IOException("closed inside the answer");
        }
        byte[] bytes = in.readNBytes(Integer.parseInt(size, 16));
        FakeModelServer.readLine(in);
        return new String(bytes, UTF_8);
    }

    /** Whether nothing more has come so far. */
    boolean nothingYet() throws IOException {
        return in.available() == 0;
    }

    byte[] bytes(int count) throws IOException {
        return in.readNBytes(count);
    }

    /** Everything up to the connection's end, however that comes about. */
    String rest() throws IOException {
        ByteArrayOutputStream rest = new ByteArrayOutputStream();
        try {
            in.transferTo(rest);
        } catch (java.net.SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            rest.writeBytes("<reset>".getBytes(UTF_8));
        }
        return rest.toString(UTF_8);
    }

    /** Whether the other side has closed, after nothing more than has been read. */
    boolean closedByPeer() throws IOException {
        try {
            return in.read() < 0;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Closes the connection abruptly. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
