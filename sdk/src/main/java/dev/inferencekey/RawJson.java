package dev.inferencekey;

import dev.inferencekey.internal.Json;
import dev.inferencekey.internal.JsonFormatException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON object exactly as the server sent it, for everything that this client has no name for. Plain Java on purpose: a JSON
 * library in these signatures would bind every caller to its version. Immutable and thread-safe.
 *
 * @param text the JSON text
 */
public record RawJson(String text) {
    /**
     * Read as {@code Map}, {@code List}, {@code String}, {@code Integer}, {@code Long}, {@code BigInteger}, {@code BigDecimal},
     * {@code Boolean} and null, unmodifiable. Reads anew on each call.
     *
     * @throws IllegalStateException if the text is no JSON object; those that this client returns are
     */
    public Map<String, @Nullable Object> toMap() {
        Map<String, @Nullable Object> map;
        try {
            map = JsonShape.asObject(Json.read(text));
        } catch (JsonFormatException e) {
            throw new IllegalStateException("no JSON: " + e.reason(), e);
        }
        if (map == null) {
            throw new IllegalStateException("no JSON object");
        }
        return map;
    }

    /** The size alone: answers are large, and private. */
    @Override
    public String toString() {
        return "RawJson[" + text.length() + " characters]";
    }
}
