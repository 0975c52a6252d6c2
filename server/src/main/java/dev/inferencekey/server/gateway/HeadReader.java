package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;

/**
 * Reads one head after another from what comes over a connection, in however small pieces.
 *
 * <p>Notes. A head is read from its beginning, since only one is kept for all connections of an event loop. So that one that comes byte by
 * byte does not cost the square of its length, it is read again only when the empty line that ends it has come, or when twice as much is
 * there: each byte is looked at a few times at most.
 *
 * <p>Confined to its event loop.
 */
final class HeadReader {
    /** How much was there when the head was last read; 0 if it has not been. */
    private int read;
    /** How far the empty line has been looked for. */
    private int searched;

    /**
     * Reads what stands at the reader's index, which does not move. What {@code head} then shows lies in {@code bytes}.
     *
     * @return the head's length; or {@link MessageHead#INCOMPLETE}, after which this is to be called with the same and more; or {@link
     *     MessageHead#MALFORMED} or {@link MessageHead#TOO_LONG}
     */
    int read(ByteBuf in, MessageHead head, byte[] bytes) {
        int length = Math.min(in.readableBytes(), bytes.length);
        if (length < bytes.length && !isWorthReading(in, length)) {
            return MessageHead.INCOMPLETE;
        }
        read = length;
        in.getBytes(in.readerIndex(), bytes, 0, length);
        int end = head.read(bytes, 0, length);
        if (end == MessageHead.INCOMPLETE && length < bytes.length) {
            return end;
        }
        read = 0;
        searched = 0;
        return end == MessageHead.INCOMPLETE ? MessageHead.TOO_LONG : end;
    }

    private boolean isWorthReading(ByteBuf in, int length) {
        int from = searched;
        searched = length;
        return read == 0 || length >= 2 * read || hasEmptyLine(in, from, length);
    }

    /** Whether one ends in what has come since, also if its lines end otherwise than they have to. */
    private static boolean hasEmptyLine(ByteBuf in, int from, int to) {
        int start = in.readerIndex();
        for (int i = Math.max(2, from); i < to; i++) {
            if (in.getByte(start + i) == '\n') {
                byte before = in.getByte(start + i - 1);
                if (before == '\n' || (before == '\r' && in.getByte(start + i - 2) == '\n')) {
                    return true;
                }
            }
        }
        return false;
    }
}
