package dev.inferencekey.server.runtime.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The fields of a request, read with their type and range checked; what is wrong is refused by name. JSON's null counts as absent. In a
 * form all values are texts, and a name may end in {@code []}.
 */
final class Fields {
    private final ObjectNode node;
    private final boolean form;

    private Fields(ObjectNode node, boolean form) {
        this.node = node;
        this.form = form;
    }

    static Fields ofJson(ObjectNode body) {
        return new Fields(body, false);
    }

    /** @param values in the order in which they came */
    static Fields ofForm(Map<String, List<String>> values) {
        ObjectNode node = Call.JSON.createObjectNode();
        values.forEach((name, texts) -> {
            if (name.endsWith("[]") || texts.size() > 1) {
                ArrayNode list = node.putArray(name.endsWith("[]") ? name.substring(0, name.length() - 2) : name);
                texts.forEach(list::add);
            } else {
                node.put(name, texts.getFirst());
            }
        });
        return new Fields(node, true);
    }

    /** The value; missing if it is absent or null. */
    JsonNode get(String name) {
        JsonNode value = node.path(name);
        return value.isNull() ? MissingNode.getInstance() : value;
    }

    boolean has(String name) {
        return !get(name).isMissingNode();
    }

    boolean flag(String name) {
        JsonNode value = get(name);
        String text = form ? value.asString("") : "";
        if (value.isMissingNode() || text.equalsIgnoreCase("false")) {
            return false;
        }
        if (value.isBoolean()) {
            return value.booleanValue();
        }
        if (text.equalsIgnoreCase("true")) {
            return true;
        }
        throw RequestRefusedException.invalid(name, name + " must be true or false");
    }

    int integer(String name, int otherwise, int min, int max) {
        JsonNode value = get(name);
        if (value.isMissingNode()) {
            return otherwise;
        }
        long number = Long.MIN_VALUE;
        if (value.isIntegralNumber() && value.canConvertToLong()) {
            number = value.longValue();
        } else if (form && value.asString("").matches("-?\\d{1,9}")) {
            number = Long.parseLong(value.asString(""));
        }
        if (number < min || number > max) {
            throw RequestRefusedException.invalid(name, name + " must be a whole number from " + min + " to " + max);
        }
        return (int) number;
    }

    double number(String name, double otherwise, double min, double max) {
        JsonNode value = get(name);
        if (value.isMissingNode()) {
            return otherwise;
        }
        double number = value.isNumber() ? value.doubleValue() : Double.NaN;
        if (form && value.asString("").matches("-?\\d{1,9}(\\.\\d{1,9})?")) {
            number = Double.parseDouble(value.asString(""));
        }
        if (!(number >= min && number <= max)) {
            throw RequestRefusedException.invalid(name, name + " must be a number from " + min + " to " + max);
        }
        return number;
    }

    String text(String name, String otherwise) {
        JsonNode value = get(name);
        if (value.isMissingNode()) {
            return otherwise;
        }
        if (!value.isString()) {
            throw RequestRefusedException.invalid(name, name + " must be a text");
        }
        return value.stringValue();
    }

    /** One of {@code choices}, of which the first holds where the field is absent. */
    String choice(String name, String... choices) {
        String value = text(name, choices[0]);
        if (!List.of(choices).contains(value)) {
            throw RequestRefusedException.invalid(
                    name, name + " must be one of " + String.join(", ", choices) + " here");
        }
        return value;
    }

    /** A text or a list of up to {@code max} texts; empty if absent. */
    List<String> texts(String name, int max) {
        JsonNode value = get(name);
        if (value.isString()) {
            return List.of(value.stringValue());
        }
        if (!value.isMissingNode() && (!value.isArray() || value.size() > max)) {
            throw RequestRefusedException.invalid(
                    name, name + " must be a text or a list of at most " + max + " texts");
        }
        List<String> texts = new ArrayList<>();
        for (JsonNode element : value) {
            if (!element.isString()) {
                throw RequestRefusedException.invalid(name, "every element of " + name + " must be a text");
            }
            texts.add(element.stringValue());
        }
        return texts;
    }

    /** Refuses the fields that ask for something: those there, other than false, 0, 1 choice, an empty text, list or object. */
    void refuse(Iterable<String> names) {
        for (String name : names) {
            JsonNode value = get(name);
            boolean nothing = value.isMissingNode()
                    || (value.isBoolean() && !value.booleanValue())
                    || (value.isContainer() && value.isEmpty())
                    || value.asString("-").isEmpty()
                    || value.asString("-").equals("0");
            if (!nothing) {
                throw RequestRefusedException.unsupported(name);
            }
        }
    }
}
