package dev.inferencekey.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * One connection, for one call at a time. Reads and writes block; an interrupt closes the connection and ends them, and so does {@link #close},
 * which alone may come from another thread.
 */
final class Http1Connection {
    private final SocketChannel channel;
    private final @Nullable InputStream decrypted;
    private final @Nullable OutputStream encrypted;
    private final ResponseReader reader;
    private long idleSince;

    /** @param channel connected, in blocking mode */
    Http1Connection(SocketChannel channel) {
        this.channel = channel;
        this.decrypted = null;
        this.encrypted = null;
        this.reader = new ResponseReader((into, from, length) -> channel.read(ByteBuffer.wrap(into, from, length)));
    }

    /**
     * @param channel connected, in blocking mode
     * @param tls around the channel, after the handshake
     */
    Http1Connection(SocketChannel channel, SSLSocket tls) throws IOException {
        InputStream in = tls.getInputStream();
        this.channel = channel;
        this.decrypted = in;
        this.encrypted = tls.getOutputStream();
        this.reader = new ResponseReader(in::read);
    }

    /** Sends a whole request, and makes ready to read its answer. */
    void send(byte[] request) throws IOException {
        reader.next();
        if (encrypted != null) {
            encrypted.write(request);
            encrypted.flush();
        } else {
            ByteBuffer rest = ByteBuffer.wrap(request);
            while (rest.hasRemaining()) {
                channel.write(rest);
            }
        }
    }

    ResponseReader reader() {
        return reader;
    }

    /** Whether more has come than was read, as far as this side of the socket knows: nobody asked for it. */
    boolean hasMore() throws IOException {
        return reader.hasMore() || (decrypted != null && decrypted.available() > 0);
    }

    /** When it was last used, on the clock of {@link Timing#nanoTime}. For the pool. */
    long idleSince() {
        return idleSince;
    }

    void idleSince(long now) {
        idleSince = now;
    }

    /**
     * Whether the server has closed this idle connection, or has said something unasked, which comes to the same: a farewell of HTTP or of
     * TLS, mostly. Looks without waiting.
     */
    boolean isStale() {
        try {
            channel.configureBlocking(false);
            try {
                return channel.read(ByteBuffer.allocate(1)) != 0;
            } finally {
                channel.configureBlocking(true);
            }
        } catch (IOException e) {
            return true;
        }
    }

    /** Without a farewell of TLS, which could block. */
    void close() {
        close(channel);
    }

    static void close(SocketChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // It is given up either way.
        }
    }
}
