package dev.inferencekey.contract.sse;

import java.nio.charset.StandardCharsets;

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

    /** A payload framed for the wire: one {@code data:} line for each of its lines, and the blank line that dispatches it. */
    public static byte[] encode(String data) {
        StringBuilder frame = new StringBuilder(data.length() + 16);
        data.lines().forEach(line -> frame.append("data: ").append(line).append('\n'));
        if (data.isEmpty()) {
            frame.append("data:\n");
        }
        return frame.append('\n').toString().getBytes(StandardCharsets.UTF_8);
    }

    /** A comment: keeps a connection alive and is no event. */
    public static byte[] encodeComment(String text) {
        return (": " + text.replaceAll("[\r\n]+", " ") + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
}
