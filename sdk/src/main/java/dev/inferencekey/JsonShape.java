package dev.inferencekey;

import dev.inferencekey.internal.Json;
import dev.inferencekey.internal.JsonFormatException;
import dev.inferencekey.internal.Reply;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads fields of answers. What is missing or of another type is null: an answer may be of a server newer or other than ours. */
final class JsonShape {
    private JsonShape() {}

    /** The answer as a JSON object. */
    static Map<String, @Nullable Object> object(Reply reply) {
        return requireObject(reply, value(reply));
    }

    /** The answer as JSON. */
    static @Nullable Object value(Reply reply) {
        try {
            return Json.read(Wire.bytes(reply));
        } catch (JsonFormatException e) {
            throw Failures.unreadable(reply, e.reason());
        }
    }

    static Map<String, @Nullable Object> requireObject(Reply reply, @Nullable Object value) {
        Map<String, @Nullable Object> object = asObject(value);
        if (object == null) {
            throw Failures.unreadable(reply, "a JSON object was due");
        }
        return object;
    }

    /** What was read from JSON, as an object if it is one. Not copied: names in JSON are strings, and nothing that was read can be changed. */
    @SuppressWarnings("unchecked")
    static @Nullable Map<String, @Nullable Object> asObject(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? (Map<String, @Nullable Object>) map : null;
    }

    static @Nullable Map<String, @Nullable Object> object(Map<?, ?> json, String name) {
        return asObject(json.get(name));
    }

    static @Nullable List<?> list(Map<?, ?> json, String name) {
        return json.get(name) instanceof List<?> list ? list : null;
    }

    static @Nullable String string(Map<?, ?> json, String name) {
        return json.get(name) instanceof String text ? text : null;
    }

    /** A text, or a number as text: ids of other servers are often numbers. */
    static @Nullable String id(Map<?, ?> json, String name) {
        Object value = json.get(name);
        return value instanceof String || value instanceof Number ? value.toString() : null;
    }

    static @Nullable Double decimal(Map<?, ?> json, String name) {
        return json.get(name) instanceof Number number ? Double.valueOf(number.doubleValue()) : null;
    }

    static @Nullable Long integer(Map<?, ?> json, String name) {
        return json.get(name) instanceof Number number ? Long.valueOf(number.longValue()) : null;
    }

    static @Nullable Instant instant(Map<?, ?> json, String name) {
        String text = string(json, name);
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            return null;
        }
    }
}
