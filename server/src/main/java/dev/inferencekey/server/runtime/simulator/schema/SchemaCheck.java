package dev.inferencekey.server.runtime.simulator.schema;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BiPredicate;
import tools.jackson.databind.JsonNode;

/** Whether a value fits a schema, for the words that {@link SchemaSample} knows; formats are not looked at. Used by one thread. */
final class SchemaCheck {
    private static final int MAX_DEPTH = 200;

    private final SchemaScope scope;
    private int depth;

    SchemaCheck(SchemaScope scope) {
        this.scope = scope;
    }

    boolean fits(JsonNode schema, JsonNode value) {
        scope.step();
        if (schema.isBoolean()) {
            return schema.booleanValue();
        }
        if (!schema.isObject() || depth > MAX_DEPTH) {
            throw new UnsupportedSchemaException("the schema is nested too deeply");
        }
        if (!typeFits(schema, value)) {
            return false;
        }
        scope.refuseUnsupported(schema);
        depth++;
        try {
            return alternativesFit(schema, value)
                    && (!value.isNumber() || numberFits(schema, NumberRange.decimal(value)))
                    && (!value.isString() || stringFits(schema, value.stringValue()))
                    && (!value.isArray() || arrayFits(schema, value))
                    && (!value.isObject() || objectFits(schema, value));
        } finally {
            depth--;
        }
    }

    private static boolean typeFits(JsonNode schema, JsonNode value) {
        JsonNode type = schema.get("type");
        if (type == null) {
            return true;
        }
        if (type.isArray()) {
            for (JsonNode name : type) {
                if (isOfType(name.asString(""), value)) {
                    return true;
                }
            }
            return value.isNull() && schema.path("nullable").asBoolean(false);
        }
        return isOfType(type.asString(""), value)
                || (value.isNull() && schema.path("nullable").asBoolean(false));
    }

    static boolean isOfType(String type, JsonNode value) {
        return switch (type) {
            case "string" -> value.isString();
            case "number" -> value.isNumber();
            case "integer" ->
                value.isNumber()
                        && NumberRange.decimal(value).stripTrailingZeros().scale() <= 0;
            case "boolean" -> value.isBoolean();
            case "null" -> value.isNull();
            case "array" -> value.isArray();
            case "object" -> value.isObject();
            default -> throw new UnsupportedSchemaException("there is no type \"" + type + "\" in JSON Schema");
        };
    }

    private boolean alternativesFit(JsonNode schema, JsonNode value) {
        JsonNode constant = schema.get("const");
        if (constant != null && !same(constant, value)) {
            return false;
        }
        JsonNode choices = schema.get("enum");
        if (choices != null && !anyMatch(choices, value, SchemaCheck::same)) {
            return false;
        }
        JsonNode reference = schema.get("$ref");
        if (reference != null && !fits(scope.target(reference), value)) {
            return false;
        }
        for (JsonNode part : schema.path("allOf")) {
            if (!fits(part, value)) {
                return false;
            }
        }
        JsonNode anyOf = schema.get("anyOf");
        return (anyOf == null || anyMatch(anyOf, value, this::surelyFits)) && exactlyOneFits(schema, value);
    }

    /** One branch is enough, so one that nobody can judge does no harm. */
    private boolean surelyFits(JsonNode schema, JsonNode value) {
        try {
            return fits(schema, value);
        } catch (UnsupportedSchemaException e) {
            return false;
        }
    }

    /** Whether the schema's {@code oneOf}, if it has one, is satisfied. */
    boolean exactlyOneFits(JsonNode schema, JsonNode value) {
        JsonNode oneOf = schema.get("oneOf");
        if (oneOf == null) {
            return true;
        }
        int fitting = 0;
        for (JsonNode branch : oneOf) {
            fitting += fits(branch, value) ? 1 : 0;
        }
        return fitting == 1;
    }

    private boolean anyMatch(JsonNode candidates, JsonNode value, BiPredicate<JsonNode, JsonNode> matches) {
        for (JsonNode candidate : candidates) {
            scope.step();
            if (matches.test(candidate, value)) {
                return true;
            }
        }
        return false;
    }

    /** Equality as JSON Schema has it: 1 and 1.0 are the same number. */
    static boolean same(JsonNode left, JsonNode right) {
        if (left.isNumber() && right.isNumber()) {
            return NumberRange.decimal(left).compareTo(NumberRange.decimal(right)) == 0;
        }
        return left.equals(right);
    }

    private static boolean numberFits(JsonNode schema, BigDecimal value) {
        return NumberRange.of(schema).contains(value)
                && value.remainder(NumberRange.step(schema).orElse(value.ulp())).signum() == 0;
    }

    private static boolean stringFits(JsonNode schema, String value) {
        int length = value.codePointCount(0, value.length());
        return length >= schema.path("minLength").asLong(0)
                && length <= schema.path("maxLength").asLong(Long.MAX_VALUE);
    }

    private boolean arrayFits(JsonNode schema, JsonNode value) {
        if (value.size() < schema.path("minItems").asLong(0)
                || value.size() > schema.path("maxItems").asLong(Long.MAX_VALUE)) {
            return false;
        }
        if (schema.path("uniqueItems").asBoolean(false)) {
            Set<JsonNode> seen = new HashSet<>();
            for (JsonNode item : value) {
                if (!seen.add(item)) {
                    return false;
                }
            }
        }
        for (int i = 0; i < value.size(); i++) {
            JsonNode item = SchemaSample.itemSchema(schema, i);
            if (item != null && !fits(item, value.get(i))) {
                return false;
            }
        }
        return true;
    }

    private boolean objectFits(JsonNode schema, JsonNode value) {
        if (value.size() < schema.path("minProperties").asLong(0)
                || value.size() > schema.path("maxProperties").asLong(Long.MAX_VALUE)) {
            return false;
        }
        for (JsonNode name : schema.path("required")) {
            if (!value.has(name.asString(""))) {
                return false;
            }
        }
        JsonNode others = schema.get("additionalProperties");
        for (var member : value.properties()) {
            JsonNode declared = schema.path("properties").get(member.getKey());
            JsonNode held = declared != null ? declared : others;
            if (held != null && !fits(held, member.getValue())) {
                return false;
            }
        }
        return true;
    }
}
