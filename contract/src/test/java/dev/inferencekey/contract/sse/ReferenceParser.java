package dev.inferencekey.contract.sse;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules of the WHATWG standard, word by word and all at once: decodes the whole stream, then cuts it into lines. Slow and
 * plain, so that it can judge the parser that works on pieces.
 */
final class ReferenceParser {
    private ReferenceParser() {}

    static List<SseEvent> parse(byte[] stream) {
        String text = new String(stream, StandardCharsets.UTF_8);
        if (text.startsWith("\uFEFF")) {
            text = text.substring(1);
        }
        String[] lines = text.split("\r\n|\r|\n", -1);
        List<SseEvent> events = new ArrayList<>();
        String dataBuffer = "";
        String typeBuffer = "";
        String idBuffer = "";
        // The last piece has no line end: it is the incomplete line that is discarded.
        for (int i = 0; i < lines.length - 1; i++) {
            String line = lines[i];
            if (line.isEmpty()) {
                if (!dataBuffer.isEmpty()) {
                    String data = dataBuffer.substring(0, dataBuffer.length() - 1);
                    events.add(new SseEvent(typeBuffer.isEmpty() ? "message" : typeBuffer, data, idBuffer));
                }
                dataBuffer = "";
                typeBuffer = "";
                continue;
            }
            int colon = line.indexOf(':');
            String name = colon < 0 ? line : line.substring(0, colon);
            String value = colon < 0 ? "" : line.substring(colon + 1).replaceFirst("^ ", "");
            if (name.equals("data")) {
                dataBuffer += value + "\n";
            } else if (name.equals("event")) {
                typeBuffer = value;
            } else if (name.equals("id") && !value.contains("\0")) {
                idBuffer = value;
            }
        }
        return events;
    }
}
