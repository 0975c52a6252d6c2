package dev.inferencekey.server.runtime.simulator.schema;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * One schema document: where its references lead, and how much work may be spent on it. Used by one thread.
 *
 * <p>References stay inside the document, so that a schema makes nobody fetch anything. Every step is counted: schemas can be written
 * whose check takes exponential time.
 */
final class SchemaScope {
    private static final int MAX_STEPS = 200_000;
    private static final int MAX_NESTING = 256;

    /** What would have to be honoured and is not. Other unknown words mean nothing, as the standard says. */
    private static final List<String> UNSUPPORTED = List.of(
            "pattern",
            "patternProperties",
            "propertyNames",
            "not",
            "if",
            "then",
            "else",
            "dependentRequired",
            "dependentSchemas",
            "dependencies",
            "contains",
            "unevaluatedItems",
            "unevaluatedProperties",
            "$dynamicRef",
            "$recursiveRef");

    private final JsonNode root;
    private int steps;

    SchemaScope(JsonNode root) {
        this.root = root;
    }

    /** Counts one step. */
    void step() {
        steps++;
        if (isExhausted()) {
            throw new UnsupportedSchemaException("the schema takes too much work");
        }
    }

    /** Whether all the work has been spent that may be. */
    boolean isExhausted() {
        return steps > MAX_STEPS;
    }

    void refuseUnsupported(JsonNode schema) {
        for (String word : UNSUPPORTED) {
            if (schema.has(word)) {
                throw new UnsupportedSchemaException("\"" + word + "\" is not supported by the simulator");
            }
        }
    }

    /** The schemas that must all hold where {@code schema} does: itself, what it refers to, and its {@code allOf}. */
    List<JsonNode> conjuncts(JsonNode schema) {
        List<JsonNode> all = new ArrayList<>();
        collect(schema, all, 0);
        return all;
    }

    private void collect(JsonNode schema, List<JsonNode> into, int nesting) {
        step();
        if (nesting > MAX_NESTING) {
            throw new UnsupportedSchemaException("a \"$ref\" leads back to itself");
        }
        if (schema.isBoolean()) {
            if (!schema.booleanValue()) {
                throw new UnsupportedSchemaException("the schema false allows no value");
            }
            return;
        }
        if (!schema.isObject()) {
            throw new UnsupportedSchemaException("a schema must be an object, true or false");
        }
        refuseUnsupported(schema);
        into.add(schema);
        JsonNode reference = schema.get("$ref");
        if (reference != null) {
            collect(target(reference), into, nesting + 1);
        }
        for (JsonNode part : schema.path("allOf")) {
            collect(part, into, nesting + 1);
        }
    }

    JsonNode target(JsonNode reference) {
        String text = reference.asString("");
        @Nullable JsonNode found = text.equals("#") ? root : null;
        if (text.startsWith("#/")) {
            found = root;
            for (String segment : text.substring(2).split("/", -1)) {
                String name = segment.replace("%25", "%").replace("~1", "/").replace("~0", "~");
                found = found == null
                        ? null
                        : found.isArray() && name.matches("\\d{1,6}")
                                ? found.get(Integer.parseInt(name))
                                : found.get(name);
            }
        }
        if (found == null) {
            throw new UnsupportedSchemaException(
                    "the \"$ref\" " + cut(text) + " leads nowhere; it must begin with # and stay inside the schema");
        }
        return found;
    }

    private static String cut(String text) {
        return text.length() > 80 ? text.substring(0, 80) + "…" : text;
    }
}
