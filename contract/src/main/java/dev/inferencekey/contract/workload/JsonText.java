package dev.inferencekey.contract.workload;

import dev.inferencekey.contract.credential.Redaction;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON values as short text for people: on one line, cut at {@value #MAX_LENGTH} characters, without control characters and
 * without credentials, whatever the other side sent. Not for machines. Stateless and thread-safe.
 */
final class JsonText {
    static final int MAX_LENGTH = 200;

    private JsonText() {}

    static String brief(@Nullable Object value) {
        StringBuilder out = new StringBuilder();
        append(out, value);
        if (out.length() > MAX_LENGTH) {
            boolean splitsPair = Character.isHighSurrogate(out.charAt(MAX_LENGTH - 1));
            out.setLength(splitsPair ? MAX_LENGTH - 1 : MAX_LENGTH);
            out.append('…');
        }
        return Redaction.scrub(out.toString());
    }

    /** Goes no deeper than {@link #MAX_LENGTH} levels, since each writes at least its bracket. */
    private static void append(StringBuilder out, @Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            String separator = "{";
            for (Map.Entry<?, ?> member : map.entrySet()) {
                if (isFull(out)) {
                    return;
                }
                out.append(separator);
                quote(out, String.valueOf(member.getKey()));
                out.append(':');
                append(out, member.getValue());
                separator = ",";
            }
            out.append(map.isEmpty() ? "{}" : "}");
        } else if (value instanceof List<?> list) {
            String separator = "[";
            for (Object element : list) {
                if (isFull(out)) {
                    return;
                }
                out.append(separator);
                append(out, element);
                separator = ",";
            }
            out.append(list.isEmpty() ? "[]" : "]");
        } else if (value instanceof String text) {
            quote(out, text);
        } else {
            out.append(value);
        }
    }

    private static void quote(StringBuilder out, String text) {
        out.append('"');
        int i = 0;
        while (i < text.length() && !isFull(out)) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (c == '"' || c == '\\') {
                out.append('\\').append((char) c);
            } else if (c == '\n') {
                out.append("\\n");
            } else if (isUnprintable(c)) {
                out.append(String.format("\\u%04x", c));
            } else {
                out.appendCodePoint(c);
            }
        }
        out.append('"');
    }

    /** What could move a terminal's cursor, break a log line or turn the reading direction. */
    private static boolean isUnprintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }

    private static boolean isFull(StringBuilder out) {
        return out.length() > MAX_LENGTH;
    }
}
