package dev.inferencekey;

import dev.inferencekey.internal.Json;
import dev.inferencekey.internal.JsonFormatException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the JSON that models write. */
final class ObjectText {
    private static final String FENCE = "```";

    private ObjectText() {}

    /**
     * Reads a record.
     *
     * @param whose what the text is, for messages
     */
    static Object read(Shape.Members shape, String text, String whose, ErrorDetails details) {
        Object json = json(text, whose, details);
        try {
            return ShapeReader.read(shape, json);
        } catch (ShapeReader.Mismatch e) {
            throw new ObjectMismatchException(
                    ObjectMismatchException.Reason.WRONG_SHAPE,
                    whose + " can't be read into " + shape.type().getSimpleName() + ": " + e.sentence(),
                    e.path(),
                    text,
                    details);
        }
    }

    static Map<String, @Nullable Object> map(String text, String whose) {
        Map<String, @Nullable Object> map = JsonShape.asObject(json(text, whose, ErrorDetails.NONE));
        if (map == null) {
            throw new ObjectMismatchException(
                    ObjectMismatchException.Reason.WRONG_SHAPE,
                    "there is no JSON object in " + whose,
                    "",
                    text,
                    ErrorDetails.NONE);
        }
        return map;
    }

    private static @Nullable Object json(String text, String whose, ErrorDetails details) {
        try {
            return Json.read(withoutFence(text));
        } catch (JsonFormatException e) {
            throw new ObjectMismatchException(
                    ObjectMismatchException.Reason.NO_JSON,
                    "there is no JSON in " + whose + ": " + e.reason(),
                    "",
                    text,
                    details);
        }
    }

    /** Servers that can't hold a model to JSON leave it to itself, and then it likes to write Markdown. */
    private static String withoutFence(String text) {
        String stripped = text.strip();
        int line = stripped.indexOf('\n');
        return stripped.startsWith(FENCE) && stripped.endsWith(FENCE) && line > 0
                ? stripped.substring(line, Math.max(line, stripped.length() - FENCE.length()))
                : text;
    }
}
