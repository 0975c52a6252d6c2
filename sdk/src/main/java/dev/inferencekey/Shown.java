package dev.inferencekey;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.internal.OneLine;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What servers and models say, fit for a {@code toString}: short, on one line, without credentials. */
final class Shown {
    private static final int MAX_TEXT = 80;
    private static final int MAX_ELEMENTS = 10;

    private Shown() {}

    /** The beginning of a name; {@code null} for null. */
    static String name(@Nullable String text) {
        if (text == null) {
            return "null";
        }
        // Redacted before it is cut: what is left of a credential may no longer look like one. A longer part than is
        // shown will do.
        int end = Math.min(text.length(), 10 * MAX_TEXT);
        return OneLine.of(Redaction.scrub(text.substring(0, end)), MAX_TEXT);
    }

    /** The beginning of a text, in quotes. */
    static String text(String text) {
        return '"' + name(text) + '"';
    }

    /** The first elements of a list. */
    static String list(List<?> elements) {
        String shown =
                elements.stream().limit(MAX_ELEMENTS).map(String::valueOf).collect(Collectors.joining(", "));
        int more = elements.size() - MAX_ELEMENTS;
        return "[" + shown + (more > 0 ? ", and " + more + " more]" : "]");
    }
}
