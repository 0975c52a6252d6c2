package dev.inferencekey.cli.command;

import dev.inferencekey.cli.shell.PlainText;
import dev.inferencekey.cli.shell.RelativeTime;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Reads single facts out of what the server answered, for people. Stateless and thread-safe. */
public final class Facts {
    private Facts() {}

    /** The field as one line of text, null if absent. */
    public static @Nullable String text(JsonNode object, String field) {
        JsonNode value = object.path(field);
        if (value.isMissingNode() || value.isNull()) {
            return null;
        }
        return PlainText.line(value.isString() ? value.asString() : value.toString());
    }

    /** The field as one line of text, {@code -} if absent. */
    public static String shown(JsonNode object, String field) {
        String text = text(object, field);
        return text == null || text.isBlank() ? "-" : text;
    }

    /** The moment as seen from now, null if absent. */
    public static @Nullable String when(JsonNode object, String field, Instant now) {
        String text = text(object, field);
        if (text == null) {
            return null;
        }
        try {
            return RelativeTime.of(Instant.parse(text), now);
        } catch (DateTimeParseException e) {
            return text;
        }
    }

    /** A list of texts, separated by commas; null if absent or empty. */
    public static @Nullable String list(JsonNode object, String field) {
        List<String> texts = texts(object, field);
        return texts.isEmpty() ? null : String.join(", ", texts);
    }

    /** A list of texts; empty if absent. */
    public static List<String> texts(JsonNode object, String field) {
        List<String> texts = new ArrayList<>();
        for (JsonNode item : object.path(field)) {
            texts.add(PlainText.line(item.isString() ? item.asString() : item.toString()));
        }
        return texts;
    }
}
