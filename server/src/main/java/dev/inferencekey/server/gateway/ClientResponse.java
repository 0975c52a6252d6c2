package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.HelpPages;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Writes one answer to a client. What is small is gathered and leaves in one write when {@link #flush} is called; what is large is passed
 * on without being copied.
 *
 * <p>Confined to its event loop.
 */
final class ClientResponse {
    private static final int GATHERED_BYTES = 16 * 1024;
    private static final int COPIED_BYTES = ReceiveBuffer.WORTH_KEEPING_BYTES;
    private static final int HEAD_BYTES = 512;

    /** How the client learns where the body ends. */
    enum Framing {
        NO_BODY,
        LENGTH,
        CHUNKED,
        UNTIL_CLOSE
    }

    private final ClientConnection connection;
    private final RequestTraits request;
    private @Nullable ByteBuf gathered;
    private Framing framing = Framing.NO_BODY;
    private boolean keepAlive;
    private boolean untilClose;
    private boolean begun;
    private long bodyBytes;
    private @Nullable LimitHeaders limits;
    private boolean held;
    private boolean uncounted;

    ClientResponse(ClientConnection connection, RequestTraits request) {
        this.connection = connection;
        this.request = request;
        this.keepAlive = request.keepAlive();
    }

    /** Whether a head has been written: from then on there can be no other status. */
    boolean begun() {
        return begun;
    }

    /** How many bytes of body were written, framing not counted. */
    long bodyBytes() {
        return bodyBytes;
    }

    /** The connection is to be closed after this answer. */
    void lastOnConnection() {
        keepAlive = false;
    }

    /** A body of unknown length ends where the connection does, as it did where it comes from: nobody is to take it for whole. */
    void untilClose() {
        untilClose = true;
    }

    /** Every head that is started from now on tells these. */
    void tellLimits(LimitHeaders standing) {
        limits = standing;
    }

    /** Every head that is started from now on tells that the request counts under no budget, since it has no price. */
    void tellUncounted() {
        uncounted = true;
    }

    /**
     * Starts the head; the caller adds headers to what this returns, and then calls {@link #endHead}.
     *
     * @param length of the body, or -1 if it is not known yet: a small one gets its room in the same buffer
     */
    ByteBuf startHead(int status, long length) {
        begun = true;
        ByteBuf head =
                connection.alloc().buffer(HEAD_BYTES + (length > 0 && length <= COPIED_BYTES ? (int) length : 0));
        gathered = head;
        HeadWriter.statusLine(head, status);
        HeadWriter.header(head, "X-Request-Id", request.requestId());
        byte[] cors = connection.corsLines();
        if (cors != null) {
            head.writeBytes(cors);
        }
        if (limits != null) {
            limits.writeTo(head);
        }
        if (uncounted) {
            HeadWriter.header(head, "X-InferenceKey-Budget", "not counted: no price");
        }
        return head;
    }

    /**
     * Ends the head.
     *
     * @param length of the body, or -1 if it is not known yet
     * @param status decides, with the request's method, whether there is a body at all
     */
    void endHead(ByteBuf head, int status, long length) {
        boolean bodyless = status == 204 || status == 304 || status / 100 == 1;
        if (!bodyless && length >= 0) {
            HeadWriter.contentLength(head, length);
            framing = Framing.LENGTH;
        } else if (!bodyless && request.http11() && !untilClose) {
            HeadWriter.chunked(head);
            framing = Framing.CHUNKED;
        } else if (!bodyless) {
            framing = Framing.UNTIL_CLOSE;
            keepAlive = false;
        }
        if (request.head() || bodyless) {
            framing = Framing.NO_BODY;
        }
        keepAlive &= !connection.loop().closesConnections();
        if (!keepAlive) {
            HeadWriter.header(head, "Connection", "close");
        } else if (!request.http11()) {
            HeadWriter.header(head, "Connection", "keep-alive");
        }
        HeadWriter.end(head);
    }

    /** Writes a piece of the body; does not keep or release it. */
    void body(ByteBuf content) {
        int length = content.readableBytes();
        if (length == 0 || framing == Framing.NO_BODY) {
            return;
        }
        bodyBytes += length;
        ByteBuf target = target();
        if (framing == Framing.CHUNKED) {
            HeadWriter.chunkSize(target, length);
        }
        if (length <= COPIED_BYTES || held) {
            target.writeBytes(content, content.readerIndex(), length);
        } else {
            writeGathered();
            connection.write(content.retainedSlice());
        }
        if (framing == Framing.CHUNKED) {
            target().writeBytes(HeadWriter.CRLF);
        }
        if (target().readableBytes() >= GATHERED_BYTES && !held) {
            writeGathered();
        }
    }

    /** Sends what has been gathered, unless it is held. */
    void flush() {
        if (!held) {
            writeGathered();
            connection.flush();
        }
    }

    /** What is written from now on is held until {@link #goOn}. */
    void hold() {
        writeGathered();
        held = true;
    }

    /** What is held is sent with the next {@link #flush}. */
    void goOn() {
        held = false;
    }

    /** The answer is whole. */
    void end() {
        if (framing == Framing.CHUNKED) {
            target().writeBytes(HeadWriter.LAST_CHUNK);
        }
        flush();
        connection.exchangeEnded(keepAlive);
    }

    /** The answer will never be whole: what was written is sent, and the connection is cut so that nobody takes it for the whole. */
    void cutOff() {
        flush();
        connection.abort();
    }

    /** An answer that was made here. The body is written whole, or only measured if the request was a {@code HEAD}. */
    void whole(int status, CharSequence contentType, byte[] body, @Nullable Refusal refusal) {
        if (!connection.requestEnded() && !request.worthDraining()) {
            keepAlive = false;
        }
        ByteBuf head = startHead(status, body.length);
        HeadWriter.header(head, "Content-Type", contentType);
        if (refusal != null && refusal.retryAfterSeconds() > 0) {
            HeadWriter.header(head, "Retry-After", Long.toString(refusal.retryAfterSeconds()));
        }
        if (refusal != null && refusal.allow() != null) {
            HeadWriter.header(head, "Allow", refusal.allow());
        }
        if (status == 401) {
            HeadWriter.header(head, "WWW-Authenticate", "Bearer");
        }
        HelpPages help = connection.loop().parts().config().edge().help();
        if (refusal != null && help != null) {
            HeadWriter.header(head, "Link", help.linkTo(refusal.code()));
        }
        endHead(head, status, body.length);
        if (framing == Framing.LENGTH) {
            bodyBytes += body.length;
            head.writeBytes(body);
        }
        end();
    }

    /** Releases what was not sent. */
    void release() {
        if (gathered != null) {
            gathered.release();
            gathered = null;
        }
    }

    private ByteBuf target() {
        ByteBuf target = gathered;
        if (target == null) {
            target = connection.alloc().buffer(1024);
            gathered = target;
        }
        return target;
    }

    private void writeGathered() {
        if (gathered != null) {
            connection.write(gathered);
            gathered = null;
        }
    }
}
