package dev.inferencekey.contract.sse;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
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

    private final int maxEventBytes;
    private LineBuffer line = new LineBuffer();
    private StringBuilder data = new StringBuilder();
    private boolean hasData;
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
        int lineBytes = line.size() + count;
        String text;
        if (line.size() == 0) {
            text = new String(bytes, offset, count, StandardCharsets.UTF_8);
        } else {
            line.write(bytes, offset, count);
            text = line.take();
            if (lineBytes > KEPT_CAPACITY) {
                line = new LineBuffer();
            }
        }
        if (atStart) {
            atStart = false;
            if (text.startsWith("\uFEFF")) {
                text = text.substring(1);
            }
        }
        if (text.isEmpty()) {
            dispatch(events);
            return;
        }
        int colon = text.indexOf(':');
        if (colon == 0) {
            return;
        }
        String name = colon < 0 ? text : text.substring(0, colon);
        String value = colon < 0 ? "" : text.substring(colon + 1);
        field(name, value.startsWith(" ") ? value.substring(1) : value, lineBytes);
    }

    private void field(String name, String value, int lineBytes) {
        switch (name) {
            case "data" -> {
                if (hasData) {
                    data.append('\n');
                }
                data.append(value);
                hasData = true;
                dataBytes += lineBytes;
            }
            case "event" -> type = value;
            case "id" -> {
                if (value.indexOf('\0') < 0) {
                    lastEventId = value;
                }
            }
            case "retry" -> {
                if (!value.isEmpty() && value.length() < 19 && value.chars().allMatch(c -> c >= '0' && c <= '9')) {
                    retryMillis = Long.valueOf(value);
                }
            }
            default -> {
                // Fields that the standard does not name are ignored.
            }
        }
    }

    private void dispatch(List<SseEvent> events) {
        if (hasData) {
            events.add(new SseEvent(type.isEmpty() ? SseEvent.DEFAULT_TYPE : type, data.toString(), lastEventId));
        }
        if (data.capacity() > KEPT_CAPACITY) {
            data = new StringBuilder();
        }
        data.setLength(0);
        hasData = false;
        dataBytes = 0;
        type = "";
    }

    private static final class LineBuffer extends ByteArrayOutputStream {
        String take() {
            String text = new String(buf, 0, count, StandardCharsets.UTF_8);
            reset();
            return text;
        }
    }
}
