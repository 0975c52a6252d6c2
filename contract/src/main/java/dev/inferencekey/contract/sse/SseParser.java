package dev.inferencekey.contract.sse;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads Server-Sent Events out of bytes, however they are cut into pieces.
 *
 * <p>Notes. Follows "9.2.6 Interpreting an event stream" of the WHATWG HTML standard: UTF-8 with an optional leading byte order
 * mark; lines end with CR, LF or CRLF (a CR at the end of a piece may be half of a CRLF); {@code data} lines of one event are
 * joined by LF; a line that starts with a colon is a comment; an event without data is dropped; an event that the end of the
 * stream cuts off is dropped. Bytes are gathered per line and decoded at its end, so that a character cut in two is not damaged.
 * What counts against the limit is what is held: the data gathered for the event and the line being read. Comments therefore
 * keep a stream alive for ever.
 *
 * <p>Not thread-safe: one parser for one stream.
 */
public final class SseParser {
    /** The most bytes of one event that are held, unless the constructor is told otherwise: 16 MiB. */
    public static final int DEFAULT_MAX_EVENT_BYTES = 16 * 1024 * 1024;

    /** Buffers that one large event has grown beyond this are given back after it, for the stream may stay open for hours. */
    private static final int KEPT_CAPACITY = 64 * 1024;

    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
    private static final byte[] DATA = "data".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EVENT = "event".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ID = "id".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] RETRY = "retry".getBytes(StandardCharsets.US_ASCII);

    private final int maxEventBytes;
    private LineBuffer line = new LineBuffer();
    private StringBuilder data = new StringBuilder();
    private boolean hasData;
    /** The event's data as long as it is one line; then {@code data} is empty. */
    private @Nullable String onlyLine;

    private long dataBytes;
    private String type = "";
    private String lastEventId = "";
    private @Nullable Long retryMillis;
    private boolean atStart = true;
    private boolean afterCarriageReturn;
    private boolean broken;

    /** A parser with the default limit. */
    public SseParser() {
        this(DEFAULT_MAX_EVENT_BYTES);
    }

    /** A parser that refuses events of more than {@code maxEventBytes} bytes. */
    public SseParser(int maxEventBytes) {
        if (maxEventBytes < 1) {
            throw new IllegalArgumentException("maxEventBytes must be at least 1, was " + maxEventBytes);
        }
        this.maxEventBytes = maxEventBytes;
    }

    /**
     * Takes the next bytes of the stream.
     *
     * @return the events that these bytes complete, often none, in order
     * @throws SseFormatException if one event is larger than the limit; events that the same bytes completed before it are lost,
     *     and every later call throws again
     */
    public List<SseEvent> feed(byte[] bytes, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, bytes.length);
        List<SseEvent> events = new ArrayList<>(1);
        int end = offset + length;
        int lineStart = offset;
        while (lineStart < end) {
            if (afterCarriageReturn) {
                afterCarriageReturn = false;
                if (bytes[lineStart] == '\n') {
                    lineStart++;
                    continue;
                }
            }
            int lineEnd = lineStart;
            while (lineEnd < end && bytes[lineEnd] != '\n' && bytes[lineEnd] != '\r') {
                lineEnd++;
            }
            int count = lineEnd - lineStart;
            requireRoom(count);
            if (lineEnd == end) {
                line.write(bytes, lineStart, count);
                break;
            }
            endOfLine(bytes, lineStart, count, events);
            afterCarriageReturn = bytes[lineEnd] == '\r';
            lineStart = lineEnd + 1;
        }
        return events;
    }

    /** {@link #feed(byte[], int, int)} with a whole array. */
    public List<SseEvent> feed(byte[] bytes) {
        return feed(bytes, 0, bytes.length);
    }

    /** How long the server asks to wait before reconnecting, in milliseconds, if it ever said so. */
    public OptionalLong retryMillis() {
        Long retry = retryMillis;
        return retry == null ? OptionalLong.empty() : OptionalLong.of(retry);
    }

    private void requireRoom(int count) {
        if (broken || dataBytes + line.size() + count > maxEventBytes) {
            broken = true;
            throw new SseFormatException("an event of the stream is larger than " + maxEventBytes + " bytes");
        }
    }

    private void endOfLine(byte[] bytes, int offset, int count, List<SseEvent> events) {
        if (line.size() == 0) {
            wholeLine(bytes, offset, count, events);
            return;
        }
        line.write(bytes, offset, count);
        int length = line.size();
        wholeLine(line.array(), 0, length, events);
        if (length > KEPT_CAPACITY) {
            line = new LineBuffer();
        } else {
            line.reset();
        }
    }

    /** Reads fields from the bytes: a text is made of the value alone, and once. */
    private void wholeLine(byte[] bytes, int offset, int count, List<SseEvent> events) {
        int start = offset;
        int end = offset + count;
        if (atStart) {
            atStart = false;
            if (isAt(bytes, start, end, BYTE_ORDER_MARK)) {
                start += BYTE_ORDER_MARK.length;
            }
        }
        if (start == end) {
            dispatch(events);
            return;
        }
        int colon = start;
        while (colon < end && bytes[colon] != ':') {
            colon++;
        }
        if (colon == start) {
            return;
        }
        int value = Math.min(end, colon + 1);
        if (value < end && bytes[value] == ' ') {
            value++;
        }
        field(bytes, start, colon, value, end, count);
    }

    private void field(byte[] bytes, int name, int nameEnd, int value, int end, int lineBytes) {
        if (isName(bytes, name, nameEnd, DATA)) {
            data(new String(bytes, value, end - value, StandardCharsets.UTF_8));
            dataBytes += lineBytes;
        } else if (isName(bytes, name, nameEnd, EVENT)) {
            type = new String(bytes, value, end - value, StandardCharsets.UTF_8);
        } else if (isName(bytes, name, nameEnd, ID)) {
            String id = new String(bytes, value, end - value, StandardCharsets.UTF_8);
            if (id.indexOf('\0') < 0) {
                lastEventId = id;
            }
        } else if (isName(bytes, name, nameEnd, RETRY)) {
            String retry = new String(bytes, value, end - value, StandardCharsets.UTF_8);
            if (!retry.isEmpty() && retry.length() < 19 && retry.chars().allMatch(c -> c >= '0' && c <= '9')) {
                retryMillis = Long.valueOf(retry);
            }
        }
        // Fields that the standard does not name are ignored.
    }

    private static boolean isName(byte[] bytes, int start, int end, byte[] name) {
        return end - start == name.length && isAt(bytes, start, end, name);
    }

    private static boolean isAt(byte[] bytes, int start, int end, byte[] wanted) {
        return end - start >= wanted.length
                && Arrays.equals(bytes, start, start + wanted.length, wanted, 0, wanted.length);
    }

    /** Nearly all events have one line of data, whose text is then the event's. */
    private void data(String value) {
        if (!hasData) {
            hasData = true;
            onlyLine = value;
            return;
        }
        if (onlyLine != null) {
            data.append(onlyLine);
            onlyLine = null;
        }
        data.append('\n').append(value);
    }

    private void dispatch(List<SseEvent> events) {
        if (hasData) {
            String text = onlyLine == null ? data.toString() : onlyLine;
            events.add(new SseEvent(type.isEmpty() ? SseEvent.DEFAULT_TYPE : type, text, lastEventId));
        }
        if (data.capacity() > KEPT_CAPACITY) {
            data = new StringBuilder();
        }
        data.setLength(0);
        onlyLine = null;
        hasData = false;
        dataBytes = 0;
        type = "";
    }

    private static final class LineBuffer extends ByteArrayOutputStream {
        /** What has been written, at the start of it; not copied. */
        byte[] array() {
            return buf;
        }
    }
}
