package dev.inferencekey.engine.grammar;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.BooleanNode;
import tools.jackson.databind.node.StringNode;

/**
 * Turns JSON Schemas into the rules of a grammar in llama.cpp's notation (GBNF).
 *
 * <p>Notes. llama.cpp has such a converter, too; through the binding its complaints end the process, so this one asks it nothing. What
 * a grammar can't hold a model to is refused, never dropped. Members come in the order in which the schema declares them, without those
 * that it does not declare. Texts without {@code maxLength} end after {@value #USUAL_TEXT} characters, so that a model that never closes
 * one ends all the same. Used by one thread.
 */
public final class JsonGrammar {
    private static final int USUAL_TEXT = 1_000;
    private static final int MAX_TEXT = 2_000;
    private static final int MAX_LIST = 200;
    private static final int MAX_RULES = 2_000;
    private static final int MAX_CHOICES = 500;
    private static final int MAX_NESTING = 100;

    private static final List<String> UNSUPPORTED = List.of(
            "pattern",
            "patternProperties",
            "propertyNames",
            "not",
            "if",
            "dependentRequired",
            "dependentSchemas",
            "dependencies",
            "contains",
            "unevaluatedItems",
            "unevaluatedProperties",
            "uniqueItems",
            "multipleOf",
            "minProperties",
            "maxProperties",
            "$dynamicRef");

    /** Words that say nothing about a value, or are looked at elsewhere. */
    private static final Set<String> BESIDE_ALTERNATIVES = Set.of(
            "title",
            "description",
            "default",
            "examples",
            "$defs",
            "definitions",
            "$schema",
            "$id",
            "$comment",
            "discriminator",
            "deprecated",
            "readOnly",
            "writeOnly",
            "nullable");

    private static final JsonNode ANYTHING = BooleanNode.TRUE;

    private final Map<String, String> rules = new LinkedHashMap<>();
    private int nesting;

    /** Rules of JSON that all grammars share are added as they are needed. */
    public JsonGrammar() {}

    /**
     * Adds a rule for the values that fit {@code schema}.
     *
     * @return the rule's name
     * @throws UnsupportedSchemaException if the schema says something that is not supported
     */
    public String schema(JsonNode schema) {
        return new Document(schema).rule(schema);
    }

    /** Adds a rule for any object, and returns its name. */
    public String anyObject() {
        value();
        return "object";
    }

    /** Adds a rule, and returns its name. */
    public String add(String body) {
        if (rules.size() >= MAX_RULES) {
            throw new UnsupportedSchemaException("the schema is too large");
        }
        String name = "r" + rules.size();
        rules.put(name, body);
        return name;
    }

    /** The grammar whose texts fit the rule {@code root}. */
    public String startingWith(String root) {
        return "root ::= " + root + "\n"
                + rules.entrySet().stream()
                        .map(rule -> rule.getKey() + " ::= " + rule.getValue() + "\n")
                        .collect(Collectors.joining());
    }

    /** {@code text} as it stands in a rule. */
    public static String literal(String text) {
        return '"'
                + text.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n")
                        .replace("\r", "\\r")
                + '"';
    }

    private String shared(String name, String body) {
        rules.putIfAbsent(name, body);
        return name;
    }

    private String character() {
        return shared("char", "[^\"\\\\\\x7F\\x00-\\x1F] | \"\\\\\" ([\"\\\\/bfnrt] | \"u\" [0-9a-fA-F]{4})");
    }

    private String space() {
        return shared("space", "\" \"?");
    }

    private String string() {
        return shared("string", "\"\\\"\" " + character() + "{0," + USUAL_TEXT + "} \"\\\"\"");
    }

    private String integer() {
        return shared("integer", "\"-\"? (\"0\" | [1-9] [0-9]{0,14})");
    }

    private static String fraction() {
        return " (\".\" [0-9]{1,15})? ([eE] [-+]? [0-9]{1,2})?";
    }

    private String number() {
        return shared("number", integer() + fraction());
    }

    private String value() {
        String separator = " \",\" " + space() + " ";
        shared("pair", string() + " \":\" " + space() + " value");
        shared("object", "\"{\" (pair (" + separator + "pair)*)? \"}\"");
        shared("array", "\"[\" (value (" + separator + "value)*)? \"]\"");
        return shared(
                "value", "object | array | " + string() + " | " + number() + " | \"true\" | \"false\" | \"null\"");
    }

    /** One schema with its definitions. */
    private final class Document {
        private final JsonNode root;
        private final Map<String, String> references = new HashMap<>();
        /** The references that are being followed with no value in between: to meet one again would never end. */
        private Set<String> bare = new HashSet<>();

        Document(JsonNode root) {
            this.root = root;
        }

        String rule(JsonNode schema) {
            if (++nesting > MAX_NESTING) {
                throw new UnsupportedSchemaException("the schema is nested too deeply");
            }
            try {
                return ruleOf(schema);
            } finally {
                nesting--;
            }
        }

        private String ruleOf(JsonNode schema) {
            if (schema.isBoolean() && schema.booleanValue()) {
                return value();
            }
            if (!schema.isObject()) {
                throw new UnsupportedSchemaException("a schema must be an object or true");
            }
            for (String word : UNSUPPORTED) {
                if (schema.has(word)) {
                    throw new UnsupportedSchemaException("\"" + word + "\" is not supported");
                }
            }
            for (String word : List.of("$ref", "allOf", "anyOf", "oneOf")) {
                if (schema.has(word)) {
                    refuseBeside(schema, word);
                    return word.equals("$ref") ? reference(schema.path(word).asString("")) : alternatives(schema, word);
                }
            }
            if (schema.has("const")) {
                return add(literal(schema.path("const").toString()));
            }
            if (schema.has("enum")) {
                return choices(schema.path("enum"));
            }
            return ofType(schema, schema.path("type"));
        }

        private void refuseBeside(JsonNode schema, String word) {
            for (String other : schema.propertyNames()) {
                boolean harmless = other.equals(word)
                        || BESIDE_ALTERNATIVES.contains(other)
                        // A type that only repeats what the alternatives say.
                        || (other.equals("type") && schema.path("type").isString());
                if (!harmless) {
                    throw new UnsupportedSchemaException(
                            "\"" + cut(other) + "\" beside \"" + word + "\" is not supported");
                }
            }
        }

        private String alternatives(JsonNode schema, String word) {
            JsonNode branches = schema.path(word);
            boolean all = word.equals("allOf");
            if (!branches.isArray()
                    || branches.isEmpty()
                    || branches.size() > MAX_LIST
                    || (all && branches.size() > 1)) {
                throw new UnsupportedSchemaException(
                        all ? "\"allOf\" of more than one schema is not supported" : "\"" + word + "\" must be a list");
            }
            List<String> names = new ArrayList<>();
            branches.forEach(branch -> names.add(rule(branch)));
            return names.size() == 1 ? names.getFirst() : add(String.join(" | ", names));
        }

        private String choices(JsonNode values) {
            if (!values.isArray() || values.isEmpty() || values.size() > MAX_CHOICES) {
                throw new UnsupportedSchemaException("\"enum\" must be a list of 1 to " + MAX_CHOICES + " values");
            }
            List<String> literals = new ArrayList<>();
            values.forEach(value -> literals.add(literal(value.toString())));
            return add(String.join(" | ", literals));
        }

        private String reference(String pointer) {
            if (bare.contains(pointer)) {
                throw new UnsupportedSchemaException("the \"$ref\" " + cut(pointer) + " leads back to itself");
            }
            String known = references.get(pointer);
            if (known != null) {
                return known;
            }
            JsonNode target = pointer.equals("#") ? root : null;
            if (pointer.startsWith("#/")) {
                target = root;
                for (String segment : pointer.substring(2).split("/", -1)) {
                    target = target == null
                            ? null
                            : target.get(segment.replace("~1", "/").replace("~0", "~"));
                }
            }
            if (target == null) {
                throw new UnsupportedSchemaException("the \"$ref\" " + cut(pointer) + " leads nowhere in the schema");
            }
            // The name comes first: the target may refer to itself.
            String name = add("");
            references.put(pointer, name);
            bare.add(pointer);
            rules.put(name, rule(target));
            bare.remove(pointer);
            return name;
        }

        private String ofType(JsonNode schema, JsonNode type) {
            if (type.isArray() && !type.isEmpty()) {
                List<String> names = new ArrayList<>();
                type.forEach(one -> names.add(ofType(schema, one)));
                return add(String.join(" | ", names));
            }
            String rule = switch (type.asString(implied(schema))) {
                case "object" -> inside(() -> object(schema));
                case "array" -> inside(() -> array(schema));
                case "string" -> text(schema);
                case "integer" -> number(schema, true);
                case "number" -> number(schema, false);
                case "boolean" -> add("\"true\" | \"false\"");
                case "null" -> add("\"null\"");
                case "" -> value();
                default -> throw new UnsupportedSchemaException("there is no type " + cut(type.toString()));
            };
            return schema.path("nullable").asBoolean(false) ? add(rule + " | \"null\"") : rule;
        }

        private String inside(Supplier<String> container) {
            Set<String> outside = bare;
            bare = new HashSet<>();
            try {
                return container.get();
            } finally {
                bare = outside;
            }
        }

        private static String implied(JsonNode schema) {
            return schema.has("properties") ? "object" : schema.has("items") ? "array" : "";
        }

        private String text(JsonNode schema) {
            String date = "[0-9]{4} \"-\" (\"0\" [1-9] | \"1\" [0-2]) \"-\" (\"0\" [1-9] | \"1\" [0-9] | \"2\" [0-8])";
            String time = "([01] [0-9] | \"2\" [0-3]) \":\" [0-5] [0-9] \":\" [0-5] [0-9] (\".\" [0-9]{1,6})? \"Z\"";
            String hex = "[0-9a-f]";
            switch (schema.path("format").asString("")) {
                case "date" -> {
                    return quoted(date);
                }
                case "time" -> {
                    return quoted(time);
                }
                case "date-time" -> {
                    return quoted(date + " \"T\" " + time);
                }
                case "uuid" -> {
                    return quoted("%s{8} \"-\" %s{4} \"-4\" %s{3} \"-\" [89ab] %s{3} \"-\" %s{12}"
                            .formatted(hex, hex, hex, hex, hex));
                }
                default -> {
                    // Other formats only describe; a text is a text.
                }
            }
            if (!schema.has("minLength") && !schema.has("maxLength")) {
                return string();
            }
            int min = bounded(schema, "minLength", 0, MAX_TEXT);
            int max = bounded(schema, "maxLength", Math.max(min, USUAL_TEXT), MAX_TEXT);
            return quoted(character() + "{" + min + "," + Math.max(min, max) + "}");
        }

        private String quoted(String body) {
            return add("\"\\\"\" " + body + " \"\\\"\"");
        }

        private static int bounded(JsonNode schema, String word, int otherwise, int max) {
            JsonNode value = schema.path(word);
            if (value.isMissingNode()) {
                return otherwise;
            }
            int number = value.asInt(-1);
            if (number < 0 || (number > max && word.startsWith("min"))) {
                throw new UnsupportedSchemaException("\"" + word + "\" must be from 0 to " + max);
            }
            return Math.min(number, max);
        }

        private String number(JsonNode schema, boolean whole) {
            BigDecimal min = bound(schema, "minimum", "exclusiveMinimum", whole, 1);
            BigDecimal max = bound(schema, "maximum", "exclusiveMaximum", whole, -1);
            if (min == null && max == null) {
                return whole ? integer() : JsonGrammar.this.number();
            }
            if (whole
                    && min != null
                    && max != null
                    && min.compareTo(max) <= 0
                    && max.subtract(min).compareTo(BigDecimal.valueOf(MAX_LIST)) <= 0) {
                List<String> literals = new ArrayList<>();
                for (BigDecimal i = min; i.compareTo(max) <= 0; i = i.add(BigDecimal.ONE)) {
                    literals.add(literal(i.toPlainString()));
                }
                return add(String.join(" | ", literals));
            }
            if (min != null && max == null && min.signum() == 0) {
                return add("(\"0\" | [1-9] [0-9]{0,14})" + (whole ? "" : fraction()));
            }
            if (whole && min != null && max == null && min.compareTo(BigDecimal.ONE) == 0) {
                return add("[1-9] [0-9]{0,14}");
            }
            throw new UnsupportedSchemaException(
                    "bounds of numbers are supported for whole numbers between two that are at most " + MAX_LIST
                            + " apart, and for those from 0 or 1 on");
        }

        private static @Nullable BigDecimal bound(
                JsonNode schema, String inclusive, String exclusive, boolean whole, int inwards) {
            JsonNode open = schema.path(exclusive);
            JsonNode closed = schema.path(inclusive);
            if (!open.isMissingNode() && !(whole && open.isIntegralNumber() && closed.isMissingNode())) {
                throw new UnsupportedSchemaException("\"" + exclusive + "\" is not supported here");
            }
            if (open.isIntegralNumber()) {
                return open.decimalValue().add(BigDecimal.valueOf(inwards));
            }
            if (closed.isMissingNode()) {
                return null;
            }
            // A bound with a fraction says nothing simple about whole numbers.
            if (!closed.isIntegralNumber()
                    && !(closed.isNumber()
                            && closed.doubleValue() == Math.rint(closed.doubleValue())
                            && Math.abs(closed.doubleValue()) < 1e15)) {
                throw new UnsupportedSchemaException("\"" + inclusive + "\" must be a whole number here");
            }
            return closed.decimalValue().setScale(0, RoundingMode.UNNECESSARY);
        }

        private String array(JsonNode schema) {
            JsonNode first = schema.path("prefixItems");
            if (!first.isMissingNode()) {
                List<String> items = new ArrayList<>();
                first.forEach(item -> items.add(rule(item)));
                if (items.isEmpty() || schema.path("minItems").asInt(0) > items.size()) {
                    throw new UnsupportedSchemaException("\"prefixItems\" must hold all of a list's items");
                }
                return add("\"[\" " + String.join(" \",\" " + space() + " ", items) + " \"]\"");
            }
            int min = bounded(schema, "minItems", 0, MAX_LIST);
            boolean limited = schema.has("maxItems");
            int max = bounded(schema, "maxItems", MAX_LIST, MAX_LIST);
            if (limited && max < min) {
                throw new UnsupportedSchemaException("\"minItems\" is more than \"maxItems\"");
            }
            if (limited && max == 0) {
                return add("\"[]\"");
            }
            String item = schema.has("items") ? rule(schema.path("items")) : value();
            String more = "(\",\" " + space() + " " + item + ")"
                    + (limited
                            ? "{" + Math.max(0, min - 1) + "," + (max - 1) + "}"
                            : min > 1 ? "{" + (min - 1) + ",}" : "*");
            return add("\"[\" " + (min == 0 ? "(" + item + " " + more + ")?" : item + " " + more) + " \"]\"");
        }

        private String object(JsonNode schema) {
            JsonNode properties = schema.path("properties");
            Set<String> required = new HashSet<>();
            schema.path("required").forEach(name -> required.add(name.asString("")));
            Map<String, JsonNode> members = new LinkedHashMap<>();
            properties.properties().forEach(member -> members.put(member.getKey(), member.getValue()));
            JsonNode others = schema.path("additionalProperties");
            for (String name : required) {
                members.computeIfAbsent(name, missing -> others.isObject() ? others : ANYTHING);
            }
            if (members.isEmpty()) {
                return map(others);
            }
            // From the last member to the first: what may follow, after a member and at the beginning.
            String after = "";
            String begin = "";
            List<Map.Entry<String, JsonNode>> entries = new ArrayList<>(members.entrySet());
            for (Map.Entry<String, JsonNode> member : entries.reversed()) {
                String pair = literal(quote(member.getKey()) + ":") + " " + space() + " " + rule(member.getValue());
                String withPair = pair + " " + after;
                String next = "\",\" " + space() + " " + withPair;
                boolean needed = required.contains(member.getKey());
                String newBegin = add(needed ? withPair : or(withPair, begin));
                after = add(needed ? next : or(next, after));
                begin = newBegin;
            }
            return add("\"{\" " + begin + " \"}\"");
        }

        private static String or(String one, String other) {
            return other.isEmpty() ? "(" + one + ")?" : one + " | " + other;
        }

        private String map(JsonNode others) {
            if (others.isBoolean() && !others.booleanValue()) {
                return add("\"{}\"");
            }
            if (!others.isObject()) {
                return anyObject();
            }
            String pair = add(string() + " \":\" " + space() + " " + rule(others));
            return add("\"{\" (" + pair + " (\",\" " + space() + " " + pair + ")*)? \"}\"");
        }

        private String quote(String name) {
            return StringNode.valueOf(name).toString();
        }
    }

    private static String cut(String text) {
        return text.length() > 80 ? text.substring(0, 80) + "…" : text;
    }
}
