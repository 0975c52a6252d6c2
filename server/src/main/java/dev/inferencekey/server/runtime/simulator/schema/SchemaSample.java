package dev.inferencekey.server.runtime.simulator.schema;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Makes up a value that fits a JSON Schema.
 *
 * <p>Notes. It knows {@code type}, {@code enum}, {@code const}, {@code properties}, {@code required}, {@code additionalProperties},
 * {@code items}, {@code prefixItems}, {@code anyOf}, {@code oneOf}, {@code allOf}, {@code $ref} inside the document, bounds of numbers,
 * texts, lists and objects, {@code multipleOf}, {@code uniqueItems} and the usual formats. The schemas that hold at one place are
 * collected ({@link SchemaScope#conjuncts}) and one value is made for all of them; where there are alternatives they are tried in their
 * order, the first that leads to a value is taken. Values become deeper only as far as needed: what is optional is left away at the
 * bottom, and recursion takes the branch that ends. What was made is checked against the whole schema ({@link SchemaCheck}) before it is
 * handed out, so that the maker may be simple. Used by one thread.
 */
public final class SchemaSample {
    private static final int[] DEPTHS = {4, 8, 16, 48};
    private static final int MAX_TOGETHER = 300;
    private static final int MAX_LIST = 1_000;
    private static final int MAX_TEXT = 20_000;
    private static final int USUAL_LIST = 2;
    private static final int MAX_TRIES = 50;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final SchemaScope scope;
    private final SchemaCheck check;
    private final RandomGenerator dice;
    private final int maxDepth;

    private SchemaSample(JsonNode root, RandomGenerator dice, int maxDepth) {
        this.scope = new SchemaScope(root);
        this.check = new SchemaCheck(scope);
        this.dice = dice;
        this.maxDepth = maxDepth;
    }

    /**
     * The value that {@code seed} chooses; always the same for the same schema and seed.
     *
     * @throws UnsupportedSchemaException if the schema says something that is not supported, or if no value was found
     */
    public static JsonNode of(JsonNode schema, long seed) {
        UnsupportedSchemaException last = new UnsupportedSchemaException("no value fits");
        for (int depth : DEPTHS) {
            SchemaSample sample = new SchemaSample(schema, new SplittableRandom(seed), depth);
            try {
                JsonNode value = sample.make(List.of(schema), 0);
                if (sample.check.fits(schema, value)) {
                    return value;
                }
                last = new UnsupportedSchemaException("no value that fits was found");
            } catch (UnsupportedSchemaException e) {
                last = e;
            }
            if (sample.scope.isExhausted()) {
                break;
            }
        }
        throw last;
    }

    /** The schema of the item at {@code index}, null if anything may be there. */
    static @Nullable JsonNode itemSchema(JsonNode schema, int index) {
        JsonNode items = schema.get("items");
        // A list in "items" is what came before "prefixItems".
        JsonNode first = items != null && items.isArray() ? items : schema.path("prefixItems");
        if (index < first.size()) {
            return first.get(index);
        }
        return items != null && items.isArray() ? schema.get("additionalItems") : items;
    }

    /** A value for the place at which all of {@code schemas} hold. */
    private JsonNode make(List<JsonNode> schemas, int depth) {
        if (depth > maxDepth) {
            throw new UnsupportedSchemaException("its values are nested too deeply");
        }
        List<JsonNode> all = new ArrayList<>();
        schemas.forEach(schema -> all.addAll(scope.conjuncts(schema)));
        return choose(all, 0, depth);
    }

    /** Takes one branch after the other of the alternatives from the {@code from}th schema on. */
    private JsonNode choose(List<JsonNode> all, int from, int depth) {
        if (all.size() > MAX_TOGETHER) {
            throw new UnsupportedSchemaException("too many schemas hold at one place");
        }
        for (int i = from; i < all.size(); i++) {
            JsonNode schema = all.get(i);
            for (String word : List.of("anyOf", "oneOf")) {
                if (schema.has(word)) {
                    return chooseBranch(all, i, word, depth);
                }
            }
        }
        return makeOfAll(all, depth);
    }

    private JsonNode chooseBranch(List<JsonNode> all, int at, String word, int depth) {
        JsonNode schema = all.get(at);
        UnsupportedSchemaException last = new UnsupportedSchemaException("\"" + word + "\" has no branch");
        for (JsonNode branch : schema.path(word)) {
            try {
                List<JsonNode> chosen = new ArrayList<>(all);
                // What is left of the schema that had the alternatives stays; the branch comes behind, with its own.
                ObjectNode rest = NODES.objectNode();
                schema.properties().stream()
                        .filter(member -> !member.getKey().equals(word))
                        .forEach(member -> rest.set(member.getKey(), member.getValue()));
                chosen.set(at, rest);
                chosen.addAll(scope.conjuncts(branch));
                JsonNode value = choose(chosen, at, depth);
                if (word.equals("anyOf") || check.exactlyOneFits(schema, value)) {
                    return value;
                }
                last = new UnsupportedSchemaException("more than one branch of \"oneOf\" fits");
            } catch (UnsupportedSchemaException e) {
                last = e;
            }
        }
        throw last;
    }

    private JsonNode makeOfAll(List<JsonNode> all, int depth) {
        scope.step();
        Optional<JsonNode> fixed = listed(all);
        if (fixed.isPresent()) {
            return fixed.get();
        }
        UnsupportedSchemaException last = new UnsupportedSchemaException("no type fits");
        for (String type : types(all)) {
            try {
                return switch (type) {
                    case "object" -> object(all, depth);
                    case "array" -> array(all, depth);
                    case "number", "integer" -> number(all, type.equals("integer"));
                    case "boolean" -> NODES.booleanNode(dice.nextBoolean());
                    case "null" -> NODES.nullNode();
                    default -> text(all);
                };
            } catch (UnsupportedSchemaException e) {
                last = e;
            }
        }
        throw last;
    }

    /** One of the values that are listed, if values are listed. */
    private Optional<JsonNode> listed(List<JsonNode> all) {
        List<JsonNode> candidates = new ArrayList<>();
        boolean listed = false;
        for (JsonNode schema : all) {
            if (schema.has("const")) {
                candidates.add(schema.get("const"));
                listed = true;
            } else if (schema.path("enum").isArray()) {
                schema.path("enum").forEach(candidates::add);
                listed = true;
            }
        }
        if (!listed) {
            return Optional.empty();
        }
        int first = candidates.isEmpty() ? 0 : dice.nextInt(candidates.size());
        for (int i = 0; i < candidates.size(); i++) {
            JsonNode candidate = candidates.get((first + i) % candidates.size());
            if (all.stream().allMatch(schema -> check.fits(schema, candidate))) {
                return Optional.of(candidate);
            }
        }
        throw new UnsupportedSchemaException("no value in \"enum\" or \"const\" fits");
    }

    /** The types that all allow; where none is named, the one that the other words are about. */
    private static Set<String> types(List<JsonNode> all) {
        Set<String> types = null;
        for (JsonNode schema : all) {
            JsonNode type = schema.get("type");
            if (type == null) {
                continue;
            }
            Set<String> here = new LinkedHashSet<>();
            (type.isArray() ? type : NODES.arrayNode().add(type)).forEach(name -> here.add(name.asString("")));
            // An integer is a number.
            if (types != null && types.contains("number") && here.contains("integer")) {
                types.add("integer");
            }
            if (types != null && types.contains("integer") && here.contains("number")) {
                here.add("integer");
            }
            if (types == null) {
                types = here;
            } else {
                types.retainAll(here);
            }
        }
        if (types != null) {
            if (types.contains("number") && types.contains("integer")) {
                types.remove("number");
            }
            types.forEach(type -> SchemaCheck.isOfType(type, NODES.nullNode()));
            // Nothing is the last choice.
            if (types.remove("null")) {
                types.add("null");
            }
            return types;
        }
        return Set.of(impliedType(all));
    }

    private static String impliedType(List<JsonNode> all) {
        for (JsonNode schema : all) {
            if (schema.has("properties") || schema.has("required") || schema.has("additionalProperties")) {
                return "object";
            }
            if (schema.has("items") || schema.has("prefixItems") || schema.has("minItems")) {
                return "array";
            }
            if (schema.has("minimum")
                    || schema.has("maximum")
                    || schema.has("exclusiveMinimum")
                    || schema.has("exclusiveMaximum")
                    || schema.has("multipleOf")) {
                return "number";
            }
        }
        return "string";
    }

    private JsonNode text(List<JsonNode> all) {
        long min = largest(all, "minLength");
        long max = least(all, "maxLength");
        if (min > MAX_TEXT || min > max) {
            throw new UnsupportedSchemaException("\"minLength\" is too large");
        }
        for (JsonNode schema : all) {
            if (schema.path("format").isString()) {
                return NODES.stringNode(
                        SampleText.ofFormat(schema.path("format").stringValue(), min, max, dice));
            }
        }
        return NODES.stringNode(SampleText.words(min, max, dice));
    }

    private JsonNode number(List<JsonNode> all, boolean whole) {
        NumberRange range = NumberRange.ALL;
        BigDecimal step = whole ? BigDecimal.ONE : new BigDecimal("0.25");
        boolean stepped = false;
        for (JsonNode schema : all) {
            range = range.and(NumberRange.of(schema));
            Optional<BigDecimal> multiple = NumberRange.step(schema);
            if (multiple.isPresent() && !stepped) {
                step = multiple.get();
                stepped = true;
            }
        }
        BigDecimal min = range.min();
        BigDecimal max = range.max();
        BigDecimal low = min != null ? min : max != null && max.signum() < 0 ? max.subtract(step) : BigDecimal.ZERO;
        BigDecimal first = low.divide(step, 0, RoundingMode.CEILING).multiply(step);
        // A quarter past a whole number: no integer by accident, which matters where one alternative takes those.
        int ahead = stepped || whole ? dice.nextInt(10) : 1 + 4 * dice.nextInt(10);
        for (BigDecimal candidate :
                List.of(first.add(step.multiply(BigDecimal.valueOf(ahead))), first, first.add(step))) {
            if (range.contains(candidate)) {
                return candidate.stripTrailingZeros().scale() <= 0
                        ? NODES.numberNode(candidate.toBigIntegerExact())
                        : NODES.numberNode(candidate);
            }
        }
        if (!whole && !stepped && min != null && max != null) {
            BigDecimal middle = min.add(max).divide(BigDecimal.TWO);
            if (range.contains(middle)) {
                return NODES.numberNode(middle);
            }
        }
        throw new UnsupportedSchemaException("no number is between the bounds");
    }

    private JsonNode array(List<JsonNode> all, int depth) {
        long min = largest(all, "minItems");
        long max = least(all, "maxItems");
        if (min > MAX_LIST || min > max) {
            throw new UnsupportedSchemaException("\"minItems\" is too large");
        }
        boolean unique =
                all.stream().anyMatch(schema -> schema.path("uniqueItems").asBoolean(false));
        int wanted = (int) Math.min(max, Math.max(min, Math.max(USUAL_LIST, longestPrefix(all))));
        ArrayNode array = NODES.arrayNode();
        while (array.size() < wanted) {
            try {
                array.add(item(all, array, unique, depth));
            } catch (UnsupportedSchemaException e) {
                if (array.size() < min) {
                    throw new UnsupportedSchemaException("[" + array.size() + "]: " + e.getMessage());
                }
                break;
            }
        }
        return array;
    }

    private static int longestPrefix(List<JsonNode> all) {
        int longest = 0;
        for (JsonNode schema : all) {
            JsonNode items = schema.path("items");
            longest = Math.max(longest, (items.isArray() ? items : schema.path("prefixItems")).size());
        }
        return longest;
    }

    private JsonNode item(List<JsonNode> all, ArrayNode before, boolean unique, int depth) {
        List<JsonNode> schemas = new ArrayList<>();
        for (JsonNode schema : all) {
            JsonNode item = itemSchema(schema, before.size());
            if (item != null) {
                schemas.add(item);
            }
        }
        for (int i = 0; i < MAX_TRIES; i++) {
            JsonNode item = make(schemas, depth + 1);
            if (!unique || !contains(before, item)) {
                return item;
            }
        }
        throw new UnsupportedSchemaException("too few different items for \"uniqueItems\"");
    }

    private static boolean contains(ArrayNode items, JsonNode wanted) {
        for (JsonNode item : items) {
            if (SchemaCheck.same(item, wanted)) {
                return true;
            }
        }
        return false;
    }

    private JsonNode object(List<JsonNode> all, int depth) {
        long min = largest(all, "minProperties");
        long max = least(all, "maxProperties");
        Set<String> required = new LinkedHashSet<>();
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode schema : all) {
            schema.path("required").forEach(name -> required.add(name.asString("")));
            names.addAll(schema.path("properties").propertyNames());
        }
        names.addAll(required);
        if (min > MAX_LIST || min > max) {
            throw new UnsupportedSchemaException("\"minProperties\" is too large");
        }
        for (int i = 1; names.size() < min; i++) {
            names.add("property" + i);
        }
        ObjectNode object = NODES.objectNode();
        long spare = max - required.size();
        for (String name : names) {
            boolean needed = required.contains(name);
            if (!needed && spare <= 0) {
                continue;
            }
            try {
                object.set(name, make(schemasOf(all, name), depth + 1));
                spare -= needed ? 0 : 1;
            } catch (UnsupportedSchemaException e) {
                if (needed) {
                    throw new UnsupportedSchemaException(cut(name) + ": " + e.getMessage());
                }
            }
        }
        return object;
    }

    private static List<JsonNode> schemasOf(List<JsonNode> all, String name) {
        List<JsonNode> schemas = new ArrayList<>();
        for (JsonNode schema : all) {
            JsonNode declared = schema.path("properties").get(name);
            JsonNode held = declared != null ? declared : schema.get("additionalProperties");
            if (held != null) {
                schemas.add(held);
            }
        }
        return schemas;
    }

    private static long largest(List<JsonNode> all, String field) {
        return all.stream()
                .mapToLong(schema -> schema.path(field).asLong(0))
                .max()
                .orElse(0);
    }

    private static long least(List<JsonNode> all, String field) {
        return all.stream()
                .mapToLong(schema -> schema.path(field).asLong(Long.MAX_VALUE))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private static String cut(String name) {
        return name.length() > 80 ? name.substring(0, 80) + "…" : name;
    }
}
