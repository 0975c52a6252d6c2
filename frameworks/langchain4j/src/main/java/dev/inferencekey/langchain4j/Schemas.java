package dev.inferencekey.langchain4j;

import dev.inferencekey.JsonSchema;
import dev.langchain4j.model.chat.request.json.JsonAnyOfSchema;
import dev.langchain4j.model.chat.request.json.JsonArraySchema;
import dev.langchain4j.model.chat.request.json.JsonBooleanSchema;
import dev.langchain4j.model.chat.request.json.JsonEnumSchema;
import dev.langchain4j.model.chat.request.json.JsonIntegerSchema;
import dev.langchain4j.model.chat.request.json.JsonNullSchema;
import dev.langchain4j.model.chat.request.json.JsonNumberSchema;
import dev.langchain4j.model.chat.request.json.JsonObjectSchema;
import dev.langchain4j.model.chat.request.json.JsonRawSchema;
import dev.langchain4j.model.chat.request.json.JsonReferenceSchema;
import dev.langchain4j.model.chat.request.json.JsonSchemaElement;
import dev.langchain4j.model.chat.request.json.JsonStringSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * LangChain4j's schemas as JSON. Stateless.
 *
 * <p>Strict schemas require all members and allow no others; a member that may be missing may be null instead. That is what servers ask for
 * that know strictness.
 */
final class Schemas {
    private Schemas() {}

    static JsonSchema of(JsonSchemaElement element, boolean strict) {
        return JsonSchema.of(json(element, strict));
    }

    private static Map<String, ?> json(JsonSchemaElement element, boolean strict) {
        if (element instanceof JsonRawSchema raw) {
            return JsonSchema.parse(raw.schema()).toMap();
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        String type = type(element);
        if (type != null) {
            json.put("type", type);
        }
        if (element.description() != null) {
            json.put("description", element.description());
        }
        if (element instanceof JsonObjectSchema object) {
            addObject(json, object, strict);
        } else if (element instanceof JsonArraySchema array) {
            json.put("items", array.items() == null ? Map.of() : json(array.items(), strict));
        } else if (element instanceof JsonEnumSchema choice) {
            json.put("enum", choice.enumValues());
        } else if (element instanceof JsonAnyOfSchema any) {
            json.put(
                    "anyOf",
                    any.anyOf().stream().map(option -> json(option, strict)).toList());
        } else if (element instanceof JsonReferenceSchema reference && reference.reference() != null) {
            json.put("$ref", "#/$defs/" + reference.reference());
        }
        return json;
    }

    private static @Nullable String type(JsonSchemaElement element) {
        if (element instanceof JsonObjectSchema) {
            return "object";
        }
        if (element instanceof JsonArraySchema) {
            return "array";
        }
        if (element instanceof JsonStringSchema || element instanceof JsonEnumSchema) {
            return "string";
        }
        if (element instanceof JsonIntegerSchema) {
            return "integer";
        }
        if (element instanceof JsonNumberSchema) {
            return "number";
        }
        if (element instanceof JsonBooleanSchema) {
            return "boolean";
        }
        if (element instanceof JsonNullSchema) {
            return "null";
        }
        if (element instanceof JsonAnyOfSchema || element instanceof JsonReferenceSchema) {
            return null;
        }
        throw Unsupported.feature("a JSON schema with " + element.getClass().getSimpleName());
    }

    private static void addObject(Map<String, @Nullable Object> json, JsonObjectSchema object, boolean strict) {
        List<String> required = object.required() == null ? List.of() : object.required();
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        object.properties().forEach((name, member) -> {
            Map<String, ?> schema = json(member, strict);
            members.put(name, strict && !required.contains(name) ? orNull(schema) : schema);
        });
        json.put("properties", members);
        json.put("required", strict ? List.copyOf(members.keySet()) : required);
        if (strict) {
            json.put("additionalProperties", false);
        } else if (object.additionalProperties() != null) {
            json.put("additionalProperties", object.additionalProperties());
        }
        if (object.definitions() != null && !object.definitions().isEmpty()) {
            Map<String, @Nullable Object> definitions = new LinkedHashMap<>();
            object.definitions().forEach((name, definition) -> definitions.put(name, json(definition, strict)));
            json.put("$defs", definitions);
        }
    }

    /** The same, or null. */
    private static Map<String, ?> orNull(Map<String, ?> schema) {
        Map<String, @Nullable Object> either = new LinkedHashMap<>(schema);
        if (schema.get("enum") instanceof List<?> values) {
            List<@Nullable Object> withNull = new ArrayList<>(values);
            withNull.add(null);
            either.put("enum", withNull);
        }
        if (schema.get("type") instanceof String type) {
            either.put("type", List.of(type, "null"));
            return either;
        }
        return Map.of("anyOf", List.of(schema, Map.of("type", "null")));
    }
}
