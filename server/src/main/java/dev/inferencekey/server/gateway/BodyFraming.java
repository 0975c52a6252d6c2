package dev.inferencekey.server.gateway;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Finds the pieces of one body after another in what comes over a connection: a body of known length, in chunks, or up to the
 * connection's end. RFC 9112, sections 6 and 7.
 *
 * <p>Notes. Chunks are read as strictly as heads: sizes are at most 15 hexadecimal digits, lines end with CR LF, extensions are tokens
 * without quotes or white space, trailers are header lines, and both are bounded. Extensions and trailers are dropped, as a recipient may.
 *
 * <p>Confined to its event loop.
 */
final class BodyFraming {
    /** What stands at the reader's index. */
    enum Piece {
        /** Nothing; more has to come. */
        NONE,
        /** {@link #length} bytes of the body; whoever calls moves the index behind them. */
        DATA,
        /** The body's end; the index is behind it. */
        END,
        MALFORMED
    }

    private enum State {
        LENGTH,
        UNTIL_CLOSE,
        SIZE,
        EXTENSION_START,
        EXTENSION_NAME,
        EXTENSION_VALUE_START,
        EXTENSION_VALUE,
        SIZE_END,
        CHUNK,
        CHUNK_RETURN,
        CHUNK_END,
        TRAILER_START,
        TRAILER_NAME,
        TRAILER,
        TRAILER_END,
        LAST_LINE_END,
        ENDED
    }

    private static final int MAX_SIZE_DIGITS = 15;
    private static final int MAX_EXTRA_BYTES = 8 * 1024;

    private State state = State.ENDED;
    private long left;
    private int digits;
    private int extra;
    private int length;

    /** A body of so many bytes follows. */
    void length(long bytes) {
        state = State.LENGTH;
        left = bytes;
    }

    void chunked() {
        state = State.SIZE;
        left = 0;
        digits = 0;
        extra = 0;
    }

    void untilClose() {
        state = State.UNTIL_CLOSE;
    }

    boolean endsWithConnection() {
        return state == State.UNTIL_CLOSE;
    }

    /** Whether the body is at its end, known without looking at what follows. */
    boolean lengthReached() {
        return state == State.LENGTH && left == 0;
    }

    /** How many bytes the piece has that was found last. */
    int length() {
        return length;
    }

    /** Looks for the next piece. */
    Piece next(ByteBuf in) {
        return switch (state) {
            case LENGTH -> left == 0 ? end() : data(in);
            case UNTIL_CLOSE -> {
                length = in.readableBytes();
                yield length == 0 ? Piece.NONE : Piece.DATA;
            }
            case CHUNK -> left == 0 ? chunkLines(in) : data(in);
            case ENDED -> Piece.END;
            default -> chunkLines(in);
        };
    }

    private Piece end() {
        state = State.ENDED;
        return Piece.END;
    }

    private Piece data(ByteBuf in) {
        length = (int) Math.min(left, in.readableBytes());
        left -= length;
        return length == 0 ? Piece.NONE : Piece.DATA;
    }

    private Piece chunkLines(ByteBuf in) {
        if (state == State.CHUNK) {
            state = State.CHUNK_RETURN;
        }
        while (in.isReadable()) {
            byte b = in.readByte();
            State next = after(b);
            if (next == null) {
                return Piece.MALFORMED;
            }
            state = next;
            if (next == State.ENDED) {
                return Piece.END;
            }
            if (next == State.CHUNK) {
                return data(in);
            }
        }
        return Piece.NONE;
    }

    /** The state after one byte of what is around chunks; null if the byte can't stand there. */
    private @Nullable State after(byte b) {
        return switch (state) {
            case SIZE -> afterSize(b);
            case EXTENSION_START -> isToken(b) && more() ? State.EXTENSION_NAME : null;
            case EXTENSION_NAME -> b == '=' ? State.EXTENSION_VALUE_START : afterExtension(b, State.EXTENSION_NAME);
            case EXTENSION_VALUE_START -> isToken(b) && more() ? State.EXTENSION_VALUE : null;
            case EXTENSION_VALUE -> afterExtension(b, State.EXTENSION_VALUE);
            case SIZE_END -> b != '\n' ? null : left > 0 ? State.CHUNK : State.TRAILER_START;
            case CHUNK_RETURN -> b == '\r' ? State.CHUNK_END : null;
            case CHUNK_END -> {
                digits = 0;
                yield b == '\n' ? State.SIZE : null;
            }
            case TRAILER_START -> b == '\r' ? State.LAST_LINE_END : isToken(b) && more() ? State.TRAILER_NAME : null;
            case TRAILER_NAME -> b == ':' ? State.TRAILER : isToken(b) && more() ? State.TRAILER_NAME : null;
            case TRAILER -> b == '\r' ? State.TRAILER_END : isText(b) && more() ? State.TRAILER : null;
            case TRAILER_END -> b == '\n' ? State.TRAILER_START : null;
            case LAST_LINE_END -> b == '\n' ? State.ENDED : null;
            case LENGTH, UNTIL_CLOSE, CHUNK, ENDED -> throw new AssertionError(state);
        };
    }

    private @Nullable State afterSize(byte b) {
        int digit = Character.digit(b, 16);
        if (digit >= 0) {
            left = left << 4 | digit;
            return ++digits <= MAX_SIZE_DIGITS ? State.SIZE : null;
        }
        if (digits == 0) {
            return null;
        }
        return b == '\r' ? State.SIZE_END : b == ';' && more() ? State.EXTENSION_START : null;
    }

    private @Nullable State afterExtension(byte b, State same) {
        return b == '\r' ? State.SIZE_END : b == ';' ? State.EXTENSION_START : isToken(b) && more() ? same : null;
    }

    private boolean more() {
        return ++extra <= MAX_EXTRA_BYTES;
    }

    private static boolean isToken(byte b) {
        return MessageHead.TOKEN[b & 0xff] != 0;
    }

    private static boolean isText(byte b) {
        return b >= ' ' ? b != 0x7f : b == '\t' || b < 0;
    }
}
