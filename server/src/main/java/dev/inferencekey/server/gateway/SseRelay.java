package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * Passes a stream of Server-Sent Events on, event by event, while the usage that it tells is noted; on wish the chunk that carries
 * nothing but usage is left out.
 *
 * <p>Notes. An event is passed on as soon as its last byte is there, unchanged. A part of an event is held back, since no reader can use
 * it, and since a stream that dies inside an event can then be ended with a clean error event. What is held is bounded: an event of more
 * than {@value #MAX_HELD_BYTES} bytes is let through in pieces and can't be left out. Comments are passed on at the end of their line.
 *
 * <p>Not thread-safe. May own a buffer: {@link #release} it.
 */
final class SseRelay {
    static final int MAX_HELD_BYTES = 64 * 1024;

    private static final byte[] DATA = "data:".getBytes(US_ASCII);
    private static final byte[] DONE = "[DONE]".getBytes(US_ASCII);
    private static final byte[] BLANK = "\n\n".getBytes(US_ASCII);
    private static final byte[] NOTHING = {};
    private static final byte[] LINE_FEED = {'\n'};
    private static final int DIFFERS = -1;

    private enum Line {
        START,
        NAME,
        VALUE_START,
        DATA,
        OTHER,
        COMMENT
    }

    private final boolean hideUsageChunk;
    private final UsageScan usage;
    private final ByteBufAllocator alloc;

    private Line line = Line.START;
    private boolean afterCarriageReturn;
    private int nameAt;
    private int doneAt;
    private boolean eventHasFields;
    private boolean spilled;
    private boolean doneSeen;
    private @Nullable ByteBuf held;

    SseRelay(boolean hideUsageChunk, UsageScan usage, ByteBufAllocator alloc) {
        this.hideUsageChunk = hideUsageChunk;
        this.usage = usage;
        this.alloc = alloc;
    }

    /** Whether the stream has said that it is whole. */
    boolean doneSeen() {
        return doneSeen;
    }

    /** Takes the next bytes of the stream and appends to {@code out} what may be passed on. */
    void feed(ByteBuf in, ByteBuf out) {
        byte[] piece = Scratch.ofThread();
        int end = in.writerIndex();
        for (int i = in.readerIndex(); i < end; i += piece.length) {
            int length = Math.min(piece.length, end - i);
            in.getBytes(i, piece, 0, length);
            feed(piece, length, out);
        }
    }

    private void feed(byte[] in, int end, ByteBuf out) {
        int eventStart = 0;
        int i = 0;
        while (i < end) {
            if (line == Line.DATA || line == Line.OTHER || line == Line.COMMENT) {
                int lineEnd = lineEnd(in, i, end);
                if (line == Line.DATA) {
                    data(in, i, lineEnd);
                }
                if (lineEnd == end) {
                    break;
                }
                i = lineEnd;
            }
            byte b = in[i++];
            if (b == '\n' && afterCarriageReturn) {
                afterCarriageReturn = false;
                continue;
            }
            afterCarriageReturn = b == '\r';
            if (b == '\r' || b == '\n') {
                if (endOfLine()) {
                    endOfEvent(in, eventStart, i, out);
                    eventStart = i;
                }
            } else {
                insideLine(b, in, i - 1);
            }
        }
        keep(in, eventStart, end, out);
    }

    /** The stream has ended as a whole: what is held is passed on as it is. */
    void end(ByteBuf out) {
        endOfEvent(NOTHING, 0, 0, out);
    }

    /** The stream has died: what is held is dropped, and the error is sent as an event of its own. */
    void die(byte[] errorEvent, ByteBuf out) {
        if (spilled) {
            out.writeBytes(BLANK);
        }
        release();
        out.writeBytes(errorEvent);
    }

    void release() {
        if (held != null) {
            held.release();
            held = null;
        }
    }

    private static int lineEnd(byte[] in, int from, int end) {
        int i = from;
        while (i < end) {
            byte b = in[i];
            if (b == '\n' || b == '\r') {
                break;
            }
            i++;
        }
        return i;
    }

    private void insideLine(byte b, byte[] in, int index) {
        switch (line) {
            case START -> {
                if (b == ':') {
                    line = Line.COMMENT;
                } else {
                    eventHasFields = true;
                    nameAt = 0;
                    line = Line.NAME;
                    name(b);
                }
            }
            case NAME -> name(b);
            case VALUE_START -> {
                line = Line.DATA;
                doneAt = 0;
                if (b != ' ') {
                    data(in, index, index + 1);
                }
            }
            case DATA, OTHER, COMMENT -> throw new AssertionError(line);
        }
    }

    private void name(byte b) {
        if (b != DATA[nameAt]) {
            line = Line.OTHER;
        } else if (++nameAt == DATA.length) {
            line = Line.VALUE_START;
        }
    }

    private void data(byte[] in, int from, int to) {
        for (int i = from; i < to && doneAt != DIFFERS; i++) {
            doneAt = doneAt < DONE.length && in[i] == DONE[doneAt] ? doneAt + 1 : DIFFERS;
        }
        usage.scan(in, from, to);
    }

    /** Whether an event has ended here, or a comment that stands outside one. */
    private boolean endOfLine() {
        Line ended = line;
        line = Line.START;
        return switch (ended) {
            case START -> true;
            case COMMENT -> !eventHasFields;
            case NAME, VALUE_START, OTHER -> false;
            case DATA -> {
                doneSeen |= doneAt == DONE.length;
                usage.scan(LINE_FEED, 0, 1);
                yield false;
            }
        };
    }

    private void endOfEvent(byte[] in, int from, int to, ByteBuf out) {
        if (hideUsageChunk && !spilled && usage.isUsageOnlyChunk()) {
            release();
        } else {
            if (held != null) {
                out.writeBytes(held);
                release();
            }
            out.writeBytes(in, from, to - from);
        }
        if (eventHasFields) {
            usage.restart();
        }
        eventHasFields = false;
        spilled = false;
    }

    private void keep(byte[] in, int from, int to, ByteBuf out) {
        int length = to - from;
        if (length == 0) {
            return;
        }
        int heldLength = held == null ? 0 : held.readableBytes();
        if (spilled || heldLength + length > MAX_HELD_BYTES) {
            spilled = true;
            if (held != null) {
                out.writeBytes(held);
                release();
            }
            out.writeBytes(in, from, length);
            return;
        }
        if (held == null) {
            held = alloc.buffer(length);
        }
        held.writeBytes(in, from, length);
    }
}
