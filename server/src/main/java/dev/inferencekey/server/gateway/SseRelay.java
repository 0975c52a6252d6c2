package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.ByteArrayOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Passes a stream of Server-Sent Events on, event by event, while what it tells is noted; optionally without the usage that the caller did
 * not ask for.
 *
 * <p>Notes. An event is passed on as soon as its last byte is there, unchanged but for that usage. A part of an event is held back, since
 * no reader can use it, and since a stream that dies inside an event can then be ended with a clean error event. What is held is bounded:
 * an event of more than {@value #MAX_HELD_BYTES} bytes is let through in pieces, as it is. Comments are passed on at the end of their
 * line. An event that ends with a carriage return does not wait for the line feed that may follow; if one does, it goes the way that the
 * event went.
 *
 * <p>Not thread-safe. May own a buffer: {@link #release} it.
 */
final class SseRelay {
    static final int MAX_HELD_BYTES = 64 * 1024;

    private static final byte[] DATA = "data:".getBytes(US_ASCII);
    private static final byte[] DONE = "[DONE]".getBytes(US_ASCII);
    private static final byte[] USAGE = "\"usage\"".getBytes(US_ASCII);
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};
    private static final byte[] BLANK = "\n\n".getBytes(US_ASCII);
    private static final byte[] NOTHING = {};
    private static final byte[] LINE_FEED = {'\n'};
    private static final int DIFFERS = -1;
    private static final int NULL_LENGTH = 4;

    private enum Line {
        START,
        NAME,
        VALUE_START,
        DATA,
        OTHER,
        COMMENT
    }

    /** What became of the event that ended with the last byte so far, if one did and that byte is a carriage return. */
    private enum Ended {
        NONE,
        PASSED_ON,
        LEFT_OUT
    }

    /** What stands for the choices of a chunk of which the usage is hidden; null if none is. */
    private final byte @Nullable [] noChoice;

    private final UsageScan usage;
    private final ByteBufAllocator alloc;

    private Line line = Line.START;
    private boolean afterCarriageReturn;
    private Ended ended = Ended.NONE;
    /** How much of a byte order mark has come; past its length once anything else has. */
    private int markAt;

    private int nameAt;
    private int doneAt;
    private boolean eventHasFields;
    /** How many bytes of the event came before those that are being fed. */
    private int eventBytes;

    private boolean spilled;
    private boolean doneSeen;
    private @Nullable ByteBuf held;

    /** @param noChoice see {@link UsageChunk#noChoice}; null for a caller who asked for the usage, or if no one did */
    SseRelay(byte @Nullable [] noChoice, UsageScan usage, ByteBufAllocator alloc) {
        this.noChoice = noChoice;
        this.usage = usage;
        this.alloc = alloc;
        if (noChoice != null) {
            usage.rememberNames();
        }
    }

    /** Whether the stream has said that it is whole. */
    boolean doneSeen() {
        return doneSeen;
    }

    /** Whether the stream has said so by its very end, where the last line end may be missing. */
    boolean endsDone() {
        return doneSeen || (line == Line.DATA && doneAt == DONE.length);
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
        int i = markAt <= BYTE_ORDER_MARK.length ? skipMark(in, end) : 0;
        int eventStart = 0;
        if (afterCarriageReturn && i < end) {
            afterCarriageReturn = false;
            if (in[i] == '\n') {
                i++;
                if (ended != Ended.NONE) {
                    eventStart = i;
                    if (ended == Ended.PASSED_ON) {
                        out.writeByte('\n');
                    }
                }
            }
            ended = Ended.NONE;
        }
        while (i < end) {
            if (line == Line.DATA || line == Line.OTHER || line == Line.COMMENT) {
                int lineEnd = lineEnd(in, i, end);
                if (line == Line.DATA) {
                    data(in, i, lineEnd, eventBytes - eventStart);
                }
                if (lineEnd == end) {
                    break;
                }
                i = lineEnd;
            }
            byte b = in[i++];
            if (b != '\r' && b != '\n') {
                insideLine(b, in, i - 1, eventBytes - eventStart);
                continue;
            }
            if (b == '\r' && i < end && in[i] == '\n') {
                i++;
            } else {
                afterCarriageReturn = b == '\r' && i == end;
            }
            if (endOfLine()) {
                boolean passedOn = endOfEvent(in, eventStart, i, out);
                ended = !afterCarriageReturn ? Ended.NONE : passedOn ? Ended.PASSED_ON : Ended.LEFT_OUT;
                eventStart = i;
            }
        }
        keep(in, eventStart, end, out);
    }

    /** A byte order mark before everything else is not part of a line; it is passed on with the first one. */
    private int skipMark(byte[] in, int end) {
        int i = 0;
        while (i < end && markAt < BYTE_ORDER_MARK.length && in[i] == BYTE_ORDER_MARK[markAt]) {
            i++;
            markAt++;
        }
        if (i < end) {
            if (markAt > 0 && markAt < BYTE_ORDER_MARK.length) {
                line = Line.OTHER;
                eventHasFields = true;
            }
            markAt = BYTE_ORDER_MARK.length + 1;
        }
        return i;
    }

    /** The stream has ended as a whole: what is held is passed on as it is. */
    void end(ByteBuf out) {
        doneSeen = endsDone();
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

    /** Drops what is held. What was passed on of an event counts. */
    void release() {
        if (spilled) {
            usage.restart();
            spilled = false;
        }
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

    private void insideLine(byte b, byte[] in, int index, int offset) {
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
                    data(in, index, index + 1, offset);
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

    /** {@code offset} makes an index in {@code in} one in the event. */
    private void data(byte[] in, int from, int to, int offset) {
        for (int i = from; i < to && doneAt != DIFFERS; i++) {
            boolean blank = in[i] == ' ' || in[i] == '\t';
            if (!blank || (doneAt > 0 && doneAt < DONE.length)) {
                doneAt = doneAt < DONE.length && in[i] == DONE[doneAt] ? doneAt + 1 : DIFFERS;
            }
        }
        usage.scan(in, from, to, offset);
    }

    /** Whether an event has ended here, or a comment that stands outside one. */
    private boolean endOfLine() {
        Line last = line;
        line = Line.START;
        return switch (last) {
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

    /** Passes the event on, whose last bytes these are, or what is left of it; false if that is nothing. */
    private boolean endOfEvent(byte[] in, int from, int to, ByteBuf out) {
        boolean passedOn = true;
        if (noChoice != null && !spilled && usage.isUsageChunk()) {
            byte[] left = withoutUsage(whole(in, from, to), noChoice);
            passedOn = left != null;
            if (left != null) {
                out.writeBytes(left);
            }
        } else if (noChoice != null && !spilled && usage.usageNullAt() >= 0) {
            byte[] event = held == null ? in : whole(in, from, to);
            int start = held == null ? from : 0;
            withoutNull(event, start, start + usage.usageNullAt(), held == null ? to : event.length, out);
        } else {
            if (held != null) {
                out.writeBytes(held);
            }
            out.writeBytes(in, from, to - from);
        }
        if (held != null) {
            held.release();
            held = null;
        }
        if (eventHasFields) {
            usage.restart();
        }
        eventHasFields = false;
        eventBytes = 0;
        spilled = false;
        return passedOn;
    }

    private byte[] whole(byte[] in, int from, int to) {
        int heldLength = held == null ? 0 : held.readableBytes();
        byte[] event = new byte[heldLength + to - from];
        if (held != null) {
            held.getBytes(held.readerIndex(), event, 0, heldLength);
        }
        System.arraycopy(in, from, event, heldLength, to - from);
        return event;
    }

    /** The event with what is left of its chunk in one line, its other fields in front; null if that is nothing. */
    private byte @Nullable [] withoutUsage(byte[] event, byte[] choices) {
        ByteArrayOutputStream json = new ByteArrayOutputStream(event.length);
        ByteArrayOutputStream left = new ByteArrayOutputStream(event.length);
        int dataEnd = 0;
        int dataEndLength = 0;
        int blankLength = 0;
        for (int from = 0; from < event.length; ) {
            int lineEnd = lineEnd(event, from, event.length);
            int next = lineEnd + 1 < event.length && event[lineEnd] == '\r' && event[lineEnd + 1] == '\n'
                    ? lineEnd + 2
                    : Math.min(lineEnd + 1, event.length);
            blankLength = lineEnd == from ? next - lineEnd : 0;
            int name = startsWith(event, from, BYTE_ORDER_MARK) ? from + BYTE_ORDER_MARK.length : from;
            if (startsWith(event, name, DATA)) {
                json.write(event, name + DATA.length, lineEnd - name - DATA.length);
                json.write(' '); // A line end in JSON is a blank.
                dataEnd = lineEnd;
                dataEndLength = next - lineEnd;
            } else if (lineEnd > from) {
                left.write(event, from, next - from);
                if (next == lineEnd) {
                    left.write('\n'); // The stream ended inside this line, and another one follows it now.
                }
            }
            from = next;
        }
        byte[] chunk = UsageChunk.withoutUsage(json.toByteArray(), usage, choices);
        if (chunk == null) {
            return null;
        }
        left.writeBytes(DATA);
        left.write(' ');
        left.writeBytes(chunk);
        int blank = event.length - blankLength;
        if (dataEndLength == 1 && event[dataEnd] == '\r' && blankLength > 0 && event[blank] == '\n') {
            left.write(
                    '\n'); // With the blank line's line feed, the carriage return would be one line end instead of two.
        } else {
            left.write(event, dataEnd, dataEndLength);
        }
        left.write(event, blank, blankLength);
        return left.toByteArray();
    }

    /** Writes the event without its member {@code usage}, whose null begins at {@code nullAt}; as it is if that is written oddly. */
    private static void withoutNull(byte[] event, int from, int nullAt, int to, ByteBuf out) {
        int cutFrom = nullAt;
        int cutTo = nullAt + NULL_LENGTH;
        int colon = skipBlanksBack(event, from, nullAt);
        int name = event[colon] == ':' ? skipBlanksBack(event, from, colon) - USAGE.length + 1 : from;
        if (name > from && startsWith(event, name, USAGE)) {
            int before = skipBlanksBack(event, from, name);
            if (event[before] == ',') {
                cutFrom = before;
            } else {
                int behind = cutTo;
                while (behind < to && (event[behind] == ' ' || event[behind] == '\t')) {
                    behind++;
                }
                if (behind < to && event[behind] == ',') {
                    cutFrom = name;
                    cutTo = behind + 1;
                }
            }
        }
        if (cutFrom == nullAt) {
            cutTo = nullAt;
        }
        out.writeBytes(event, from, cutFrom - from);
        out.writeBytes(event, cutTo, to - cutTo);
    }

    /** The index of the last byte before {@code index} that is no blank, but not before {@code from}. */
    private static int skipBlanksBack(byte[] in, int from, int index) {
        int i = index - 1;
        while (i > from && (in[i] == ' ' || in[i] == '\t')) {
            i--;
        }
        return Math.max(i, from);
    }

    private static boolean startsWith(byte[] in, int from, byte[] what) {
        if (from + what.length > in.length) {
            return false;
        }
        for (int i = 0; i < what.length; i++) {
            if (in[from + i] != what[i]) {
                return false;
            }
        }
        return true;
    }

    private void keep(byte[] in, int from, int to, ByteBuf out) {
        int length = to - from;
        if (length == 0) {
            return;
        }
        eventBytes += length;
        if (spilled || eventBytes > MAX_HELD_BYTES) {
            spilled = true;
            if (held != null) {
                out.writeBytes(held);
                held.release();
                held = null;
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
