package dev.inferencekey;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The form of a text model's answer. Immutable and thread-safe. To get a record right away, use {@link Endpoint#generateObject}.
 */
public final class ResponseFormat {
    private static final ResponseFormat TEXT = new ResponseFormat(Map.of("type", "text"));
    private static final ResponseFormat JSON_OBJECT = new ResponseFormat(Map.of("type", "json_object"));

    private final Map<String, @Nullable Object> json;

    private ResponseFormat(Map<String, @Nullable Object> json) {
        this.json = json;
    }

    /** Any text: what models do by themselves. */
    public static ResponseFormat text() {
        return TEXT;
    }

    /** Some JSON object. Most servers want the prompt to say so too. */
    public static ResponseFormat jsonObject() {
        return JSON_OBJECT;
    }

    /** JSON that fits a record's schema, see {@link JsonSchema#of(Class)}; strict, under the record's name. */
    public static ResponseFormat jsonSchema(Class<?> record) {
        return jsonSchema(SchemaNames.of(record), JsonSchema.of(record), true);
    }

    /** JSON that fits a schema; strict. */
    public static ResponseFormat jsonSchema(String name, JsonSchema schema) {
        return jsonSchema(name, schema, true);
    }

    /**
     * JSON that fits a schema.
     *
     * @param name told to the model: 1 to 64 letters a-z and A-Z, digits, {@code _} and {@code -}
     * @param strict whether the server must hold the model to the schema, and refuse what it can't; model servers that always do, such as
     *     llama.cpp and vLLM, ignore it
     */
    public static ResponseFormat jsonSchema(String name, JsonSchema schema, boolean strict) {
        SchemaNames.require(name, "the schema's name");
        Map<String, @Nullable Object> inner = new LinkedHashMap<>();
        inner.put("name", name);
        inner.put("strict", strict);
        inner.put("schema", schema.toMap());
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("type", "json_schema");
        json.put("json_schema", inner);
        return new ResponseFormat(json);
    }

    Map<String, @Nullable Object> toJson() {
        return json;
    }

    /** The type, and the schema's name. */
    @Override
    public String toString() {
        Object name = json.get("json_schema") instanceof Map<?, ?> inner ? inner.get("name") : null;
        return "ResponseFormat[" + json.get("type") + (name == null ? "]" : " " + name + "]");
    }
}
