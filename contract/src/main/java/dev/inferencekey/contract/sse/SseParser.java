package dev.inferencekey.contract.sse;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Reads Server-Sent Events out of bytes, however they are cut into pieces.
 *
 * <p>Notes. Follows "9.2.6 Interpreting an event stream" of the WHATWG HTML standard: UTF-8 with an optional leading byte order
 * mark; lines end with CR, LF or CRLF (a CR at the end of a piece may be half of a CRLF); {@code data} lines of one event are
 * joined by LF; a line that starts with a colon is a comment; an event without data is dropped; an event that the end of the
 * stream cuts off is dropped. Bytes are gathered per line and decoded at its end, so that a character cut in two is not damaged.
 *
 * <p>Not thread-safe: one parser for one stream.
 */
public final class SseParser {
    /** The most bytes of one event that are held, unless the constructor is told otherwise: 16 MiB. */
    public static final int DEFAULT_MAX_EVENT_BYTES = 16 * 1024 * 1024;

    private final int maxEventBytes;
    private final LineBuffer line = new LineBuffer();
    private final StringBuilder data = new StringBuilder();
    private boolean hasData;
    private int eventBytes;
    private String type = "";
    private String lastEventId = "";
    private @Nullable Long retryMillis;
    private boolean atStart = true;
    private boolean afterCarriageReturn;

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
     * @throws SseFormatException if one event is larger than the limit; the parser can't be used further
     */
    public List<SseEvent> feed(byte[] bytes, int offset, int length) {
        List<SseEvent> events = new ArrayList<>(1);
        for (int i = offset; i < offset + length; i++) {
            byte b = bytes[i];
            if (b == '\n' && afterCarriageReturn) {
                afterCarriageReturn = false;
                continue;
            }
            afterCarriageReturn = b == '\r';
            if (b == '\r' || b == '\n') {
                endOfLine(events);
            } else {
                if (++eventBytes > maxEventBytes) {
                    throw new SseFormatException("an event of the stream is larger than " + maxEventBytes + " bytes");
                }
                line.write(b);
            }
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

    private void endOfLine(List<SseEvent> events) {
        String text = line.take();
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
        field(name, value.startsWith(" ") ? value.substring(1) : value);
    }

    private void field(String name, String value) {
        switch (name) {
            case "data" -> {
                if (hasData) {
                    data.append('\n');
                }
                data.append(value);
                hasData = true;
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
        data.setLength(0);
        hasData = false;
        type = "";
        eventBytes = 0;
    }

    private static final class LineBuffer extends ByteArrayOutputStream {
        String take() {
            String text = new String(buf, 0, count, StandardCharsets.UTF_8);
            reset();
            return text;
        }
    }
}
