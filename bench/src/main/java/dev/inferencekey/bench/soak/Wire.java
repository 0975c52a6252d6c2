package dev.inferencekey.bench.soak;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.inferencekey.bench.contender.Target;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Locale;

/** One connection, used as directly as a caller who means no good can use it. For one thread. */
final class Wire implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 30_000;
    private static final int MOST_OF_AN_ERROR = 500;

    private final Socket socket = new Socket();
    private final InputStream in;

    // Of the answer that is being read.
    private boolean chunked;
    private long left;

    Wire(Target target) throws IOException {
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), target.port()), TIMEOUT_MILLIS);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(ISO_8859_1));
    }

    /** Reads a whole answer. */
    void answer(int expected) throws IOException {
        head(expected);
        while (!rest(Integer.MAX_VALUE)) {
            // To its end.
        }
    }

    /**
     * Reads the head of an answer.
     *
     * @throws IOException with the error that came instead, if another status came
     */
    void head(int expected) throws IOException {
        String statusLine = line();
        int status = Integer.parseInt(statusLine.substring(9, 12));
        chunked = false;
        left = 0;
        for (String line = line(); !line.isEmpty(); line = line()) {
            String lower = line.toLowerCase(Locale.ROOT);
            if (lower.startsWith("content-length:")) {
                left = Long.parseLong(line.substring(15).strip());
            } else if (lower.startsWith("transfer-encoding:")) {
                chunked = true;
            }
        }
        if (status != expected) {
            throw new IOException("answered " + status + " instead of " + expected + ": "
                    + new String(in.readNBytes((int) Math.min(left, MOST_OF_AN_ERROR)), ISO_8859_1));
        }
    }

    /** Reads up to so many chunks, or a body of known length as one; whether the answer has ended. */
    boolean rest(int chunks) throws IOException {
        if (!chunked) {
            in.skipNBytes(left);
            left = 0;
            return true;
        }
        for (int i = 0; i < chunks; i++) {
            int length = Integer.parseInt(line(), 16);
            if (length == 0) {
                while (!line().isEmpty()) {
                    // Trailers.
                }
                return true;
            }
            in.skipNBytes(length);
            line();
        }
        return false;
    }

    /** Whether the other side ends the connection without another byte. */
    boolean ended() throws IOException {
        return in.read() < 0;
    }

    /** From now on the end of this connection is abrupt. */
    void resetAtEnd() throws IOException {
        socket.setSoLinger(true, 0);
    }

    private String line() throws IOException {
        StringBuilder text = new StringBuilder();
        while (true) {
            int b = in.read();
            if (b < 0) {
                throw new EOFException("the connection ended in the middle of an answer");
            }
            if (b == '\n') {
                return text.toString();
            }
            if (b != '\r') {
                text.append((char) b);
            }
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
