package dev.inferencekey.contract.sse;

import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

/**
 * One Server-Sent Event.
 *
 * @param type the event's name, {@code message} unless the stream says otherwise
 * @param data the payload; the lines of a multi-line payload are joined by {@code \n}
 * @param lastEventId the id in force, empty if the stream never sent one
 */
public record SseEvent(String type, String data, String lastEventId) {
    /** The name of events that carry none. */
    public static final String DEFAULT_TYPE = "message";

    private static final Pattern LINE_END = Pattern.compile("\r\n|\r|\n");

    /**
     * A payload framed for the wire: one {@code data:} line for each of its lines, empty ones and a last one too, and the blank
     * line that dispatches it. A reader gets it back exactly, except that each CR or CRLF in it has become LF: the format has no
     * way to carry them.
     */
    public static byte[] encode(String data) {
        StringBuilder frame = new StringBuilder(data.length() + 16);
        for (String line : LINE_END.split(data, -1)) {
            frame.append("data: ").append(line).append('\n');
        }
        return frame.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** A comment: keeps a connection alive and is no event. */
    public static byte[] encodeComment(String text) {
        return (": " + text.replaceAll("[\r\n]+", " ") + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
}
