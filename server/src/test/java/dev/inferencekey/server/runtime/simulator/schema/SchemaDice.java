package dev.inferencekey.server.runtime.simulator.schema;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Schemas by chance, out of the words that are supported; some of them contradict themselves. */
final class SchemaDice {
    private static final int MAX_DEPTH = 3;

    private final Random dice;

    SchemaDice(Random dice) {
        this.dice = dice;
    }

    /** A schema with two definitions, which may refer to themselves. */
    String document() {
        String body = schema(0);
        return body.substring(0, body.length() - 1) + (body.length() > 2 ? "," : "") + "\"$defs\":{\"a\":" + schema(1)
                + ",\"b\":" + schema(1) + "}}";
    }

    private String schema(int depth) {
        int kind = dice.nextInt(depth >= MAX_DEPTH ? 6 : 13);
        return switch (kind) {
            case 0 -> object("\"type\":\"string\"", lengths("Length", 12));
            case 1 -> object("\"type\":\"integer\"", numbers());
            case 2 -> object("\"type\":\"number\"", numbers());
            case 3 -> object("\"enum\":[" + dice.nextInt(5) + ",\"x\",null,[" + dice.nextInt(3) + "]]");
            case 4 -> object("\"type\":[\"boolean\",\"null\"]");
            case 5 -> object("\"$ref\":\"#/$defs/" + (dice.nextBoolean() ? "a" : "b") + "\"");
            case 6, 7, 8 -> objects(depth);
            case 9, 10 ->
                object(
                        "\"type\":\"array\"",
                        "\"items\":" + schema(depth + 1),
                        lengths("Items", 4),
                        dice.nextInt(4) == 0 ? "\"uniqueItems\":true" : "");
            case 11 -> object("\"anyOf\":[" + schema(depth + 1) + "," + schema(depth + 1) + "]");
            default ->
                dice.nextBoolean()
                        ? object("\"oneOf\":[" + schema(depth + 1) + "," + schema(depth + 1) + "]")
                        : object("\"allOf\":[" + schema(depth + 1) + "]", "\"title\":\"t\"");
        };
    }

    private String objects(int depth) {
        List<String> properties = new ArrayList<>();
        List<String> required = new ArrayList<>();
        for (String name : List.of("a", "b", "c d")) {
            if (dice.nextBoolean()) {
                properties.add("\"" + name + "\":" + schema(depth + 1));
            }
            if (dice.nextInt(3) == 0) {
                required.add("\"" + name + "\"");
            }
        }
        return object(
                "\"type\":\"object\"",
                "\"properties\":{" + String.join(",", properties) + "}",
                "\"required\":[" + String.join(",", required) + "]",
                dice.nextInt(4) == 0 ? "\"additionalProperties\":" + (dice.nextBoolean() ? "false" : schema(3)) : "",
                dice.nextInt(6) == 0 ? lengths("Properties", 3) : "");
    }

    private String lengths(String what, int most) {
        int min = dice.nextInt(most);
        return switch (dice.nextInt(3)) {
            case 0 -> "\"min" + what + "\":" + min;
            case 1 -> "\"min" + what + "\":" + min + ",\"max" + what + "\":" + (min + dice.nextInt(3));
            default -> "";
        };
    }

    private String numbers() {
        double min = dice.nextInt(-50, 50) / 2.0;
        return switch (dice.nextInt(5)) {
            case 0 -> "\"minimum\":" + min;
            case 1 -> "\"exclusiveMinimum\":" + min + ",\"maximum\":" + (min + 1 + dice.nextInt(5));
            case 2 -> "\"maximum\":" + min;
            case 3 -> "\"minimum\":" + min + ",\"multipleOf\":" + (1 + dice.nextInt(6)) / 2.0;
            default -> "";
        };
    }

    private static String object(String... members) {
        List<String> present = new ArrayList<>(List.of(members));
        present.removeIf(String::isEmpty);
        return "{" + String.join(",", present) + "}";
    }
}
