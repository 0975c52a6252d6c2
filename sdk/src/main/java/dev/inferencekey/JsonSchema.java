package dev.inferencekey;

import dev.inferencekey.internal.Json;
import dev.inferencekey.internal.JsonFormatException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A JSON schema: what an answer, or the arguments of a {@link Tool}, must look like. Immutable and thread-safe.
 *
 * {@snippet :
 * enum Urgency { LOW, HIGH }
 * record Ticket(@Description("at most ten words") String subject, Urgency urgency, List<String> tags) {}
 *
 * JsonSchema schema = JsonSchema.of(Ticket.class);
 * }
 */
public final class JsonSchema {
    private final Map<String, @Nullable Object> json;

    private JsonSchema(Map<String, @Nullable Object> json) {
        this.json = json;
    }

    /**
     * The schema of a record, as strict servers want it: every component is required, and nothing else is allowed. What may be missing is
     * an {@code Optional}, or {@code @Nullable} of any library; then the model answers null.
     *
     * <p>Components may be {@code String}, numbers, {@code boolean}, enums, {@code UUID}, {@code URI}, {@code java.time}, other records,
     * {@code List}, {@code Set} and {@code Map<String, …>} of all these, and sealed interfaces of records, which the member {@code type}
     * tells apart by the record's name. A record may contain itself. {@link Description}s are told to the model. A map is asked for as a
     * list of objects with {@code key} and {@code value}, since strict schemas have no other way.
     *
     * @throws ValidationException if it is no record, or has a component of another type; the message names it
     */
    public static JsonSchema of(Class<?> record) {
        return new JsonSchema(PlainJson.object(ShapeSchema.of(ShapeFinder.of(record)), "schema"));
    }

    /** A schema as plain JSON: {@code Map}, {@code List}, {@code String}, {@code Number}, {@code Boolean} and null. */
    public static JsonSchema of(Map<String, ?> schema) {
        return new JsonSchema(PlainJson.object(schema, "schema"));
    }

    /**
     * A schema as JSON text.
     *
     * @throws ValidationException if it is no JSON object
     */
    public static JsonSchema parse(String text) {
        Map<String, @Nullable Object> json;
        try {
            json = JsonShape.asObject(Json.read(text));
        } catch (JsonFormatException e) {
            throw new ValidationException("schema is not JSON: " + e.reason());
        }
        if (json == null) {
            throw new ValidationException("schema must be a JSON object");
        }
        return new JsonSchema(json);
    }

    /** As plain JSON, unmodifiable. */
    public Map<String, @Nullable Object> toMap() {
        return json;
    }

    /** As JSON text. */
    @Override
    public String toString() {
        return Json.text(json);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof JsonSchema schema && json.equals(schema.json);
    }

    @Override
    public int hashCode() {
        return json.hashCode();
    }
}
