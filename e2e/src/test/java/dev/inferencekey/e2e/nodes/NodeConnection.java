package dev.inferencekey.e2e.nodes;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/**
 * One connection to a node, as a load balancer keeps it: it sends nothing twice and hides no failure, as HTTP clients do. Blocking, for one
 * thread.
 */
final class NodeConnection implements Closeable {
    private static final int CONNECT_MILLIS = 5_000;

    private final Socket socket = new Socket();
    private final InputStream in;
    private final String host;

    /** @param longest how long the next byte may take */
    NodeConnection(URI node, Duration longest) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(Math.toIntExact(longest.toMillis()));
        try {
            socket.connect(new InetSocketAddress(node.getHost(), node.getPort()), CONNECT_MILLIS);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        this.host = node.getAuthority();
    }

    /** Posts JSON and reads the answer to its end. An exception says that there is no whole answer. */
    Reply post(String path, String bearer, String requestId, String json) throws IOException {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        String head = "POST " + path + " HTTP/1.1\r\nHost: " + host + "\r\nAuthorization: Bearer " + bearer
                + "\r\nContent-Type: application/json\r\nX-Request-Id: " + requestId + "\r\nContent-Length: "
                + body.length
                + "\r\n\r\n";
        ByteArrayOutputStream request = new ByteArrayOutputStream(head.length() + body.length);
        request.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        request.writeBytes(body);
        socket.getOutputStream().write(request.toByteArray());
        return read();
    }

    private Reply read() throws IOException {
        String statusLine = line();
        long firstByteAt = System.nanoTime();
        int status = Integer.parseInt(statusLine.split(" ", 3)[1]);
        boolean stays = true;
        boolean chunked = false;
        int length = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            String header = line.toLowerCase(Locale.ROOT);
            if (header.startsWith("content-length:")) {
                length = Integer.parseInt(header.substring(15).strip());
            } else if (header.startsWith("transfer-encoding:")) {
                chunked = true;
            } else if (header.startsWith("connection:") && header.contains("close")) {
                stays = false;
            }
        }
        byte[] body = chunked ? chunks() : exactly(length);
        return new Reply(status, new String(body, StandardCharsets.UTF_8), stays, firstByteAt);
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int length = Integer.parseInt(line().strip(), 16);
            body.writeBytes(exactly(length));
            if (!line().isEmpty()) {
                throw new IOException("a chunk does not end where it should");
            }
            if (length == 0) {
                return body.toByteArray();
            }
        }
    }

    private byte[] exactly(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("the answer broke off");
        }
        return bytes;
    }

    private String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection has ended");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Gone either way.
        }
    }
}
