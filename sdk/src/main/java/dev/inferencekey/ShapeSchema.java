package dev.inferencekey;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the JSON schema of a record.
 *
 * <p>Notes. It keeps to what every server that we know takes, which is OpenAI's strict mode: objects list all their members as required
 * and allow no others, what may be missing is {@code anyOf} the type and null, nothing stands beside a {@code $ref}, and the root is an
 * object. A record that occurs once is written where it stands; one that occurs more often, or inside itself, under {@code $defs}. The
 * root is there a second time if it contains itself: llama.cpp does not know the reference {@code #}. Used by one thread.
 */
final class ShapeSchema {
    private final Map<Shape.Members, Integer> uses = new HashMap<>();
    private final Map<Shape.Members, String> names = new HashMap<>();
    private final Map<String, @Nullable Object> definitions = new LinkedHashMap<>();

    private ShapeSchema() {}

    static Map<String, @Nullable Object> of(Shape.Members root) {
        ShapeSchema writer = new ShapeSchema();
        writer.count(root);
        Map<String, @Nullable Object> schema = writer.object(root);
        if (!writer.definitions.isEmpty()) {
            schema.put("$defs", writer.definitions);
        }
        return schema;
    }

    private void count(Shape shape) {
        if (shape instanceof Shape.Items items) {
            count(items.element());
        } else if (shape instanceof Shape.Entries entries) {
            count(entries.value());
        } else if (shape instanceof Shape.Maybe maybe) {
            count(maybe.value());
        } else if (shape instanceof Shape.Variants variants) {
            variants.records().forEach(this::count);
        } else if (shape instanceof Shape.Members record && uses.merge(record, 1, Integer::sum) == 1) {
            record.members().forEach(member -> count(member.shape()));
        }
    }

    /** @param description the component's, which comes before the type's own */
    private Map<String, @Nullable Object> schema(Shape shape, @Nullable String description) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        if (shape instanceof Shape.Members record) {
            if (uses.getOrDefault(record, 0) < 2) {
                json = object(record);
            } else if (description == null) {
                return reference(record);
            } else {
                json.put("anyOf", List.of(reference(record)));
            }
        } else if (shape instanceof Shape.Single single) {
            json.put("type", single.scalar().json());
            if (single.scalar().format() != null) {
                json.put("format", single.scalar().format());
            }
        } else if (shape instanceof Shape.Choice choice) {
            json.put("type", "string");
            json.put("enum", choice.names());
        } else if (shape instanceof Shape.Items items) {
            json.put("type", "array");
            json.put("items", schema(items.element(), null));
        } else if (shape instanceof Shape.Entries entries) {
            Map<String, @Nullable Object> pair = new LinkedHashMap<>();
            pair.put("key", Map.of("type", "string"));
            pair.put("value", schema(entries.value(), null));
            json.put("type", "array");
            json.put("items", strict(pair));
        } else if (shape instanceof Shape.Maybe maybe) {
            json.put("anyOf", List.of(schema(maybe.value(), null), Map.of("type", "null")));
        } else if (shape instanceof Shape.Variants variants) {
            List<Object> branches = new ArrayList<>();
            variants.records().forEach(record -> branches.add(schema(record, null)));
            json.put("anyOf", branches);
            if (variants.description() != null) {
                json.put("description", variants.description());
            }
        }
        if (description != null) {
            json.put("description", description);
        }
        return json;
    }

    private Map<String, @Nullable Object> reference(Shape.Members record) {
        String name = names.get(record);
        if (name == null) {
            name = freeName(record);
            names.put(record, name);
            // Its place first: it may contain itself.
            definitions.put(name, null);
            definitions.put(name, object(record));
        }
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("$ref", "#/$defs/" + name);
        return json;
    }

    private String freeName(Shape.Members record) {
        String base = record.type().getSimpleName().replaceAll("[^A-Za-z0-9_-]", "_");
        String name = base;
        for (int i = 2; definitions.containsKey(name); i++) {
            name = base + i;
        }
        return name;
    }

    private Map<String, @Nullable Object> object(Shape.Members record) {
        Map<String, @Nullable Object> properties = new LinkedHashMap<>();
        if (record.tag() != null) {
            properties.put(Shape.Variants.TAG, PlainJson.pair("type", "string", "enum", List.of(record.tag())));
        }
        record.members().forEach(member -> properties.put(member.name(), schema(member.shape(), member.description())));
        Map<String, @Nullable Object> json = strict(properties);
        if (record.description() != null) {
            json.put("description", record.description());
        }
        return json;
    }

    private static Map<String, @Nullable Object> strict(Map<String, @Nullable Object> properties) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("type", "object");
        json.put("properties", properties);
        json.put("required", List.copyOf(properties.keySet()));
        json.put("additionalProperties", false);
        return json;
    }
}
