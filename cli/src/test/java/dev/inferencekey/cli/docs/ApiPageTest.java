package dev.inferencekey.cli.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What {@code docs/reference/api.md} promises: each route of the control plane and who may call it, from {@code openapi.json} and the table that
 * tests hold the server to; each JSON document with its fields.
 */
class ApiPageTest {
    /** The callers of the access table, in the order of its columns. */
    private static final List<String> CALLERS = List.of(
            "token",
            "read token",
            "write token",
            "foreign token",
            "owner",
            "admin",
            "developer",
            "viewer",
            "stranger",
            "operator");

    private static final Map<String, String> NAMES = Map.of(
            "token", "SDK token",
            "owner", "owner",
            "admin", "admin",
            "developer", "developer",
            "viewer", "viewer");

    private static final String DOCUMENT = "server/src/main/resources/openapi.json";

    private final StringBuilder text = new StringBuilder();
    private final JsonNode document =
            JsonMapper.shared().readTree(Page.ROOT.resolve(DOCUMENT).toFile());

    @Test
    void listsEachRouteAndEachDocument() throws IOException {
        Map<String, String> access = access();
        text.append("\n## Routes\n");
        for (JsonNode tag : document.get("tags")) {
            String name = tag.get("name").asString();
            if (name.equals("inference")) {
                continue;
            }
            text.append("\n### ")
                    .append(Character.toUpperCase(name.charAt(0)))
                    .append(name.substring(1))
                    .append("\n\n");
            text.append(tag.get("description").asString())
                    .append("\n\n| route | what it does | who may call it |\n| --- | --- | --- |\n");
            document.get("paths")
                    .properties()
                    .forEach(path -> path.getValue().properties().forEach(method -> {
                        if (method.getValue().at("/tags/0").asString("").equals(name)) {
                            String route = method.getKey().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey();
                            text.append("| `%s` | %s | %s |\n"
                                    .formatted(
                                            route,
                                            Generated.cell(method.getValue()
                                                    .get("summary")
                                                    .asString()),
                                            access.getOrDefault(route, "")));
                        }
                    }));
        }
        text.append("\n## JSON documents\n\nFields that are marked with * are always there.\n");
        document.at("/components/schemas").properties().forEach(schema -> document(schema.getKey(), schema.getValue()));
        Generated.check("reference/api.md", getClass(), text.toString());
    }

    @Test
    void itsDocumentIsThereToDownload() throws IOException {
        Generated.checkCopy("reference/openapi.json", DOCUMENT, getClass());
    }

    private void document(String name, JsonNode schema) {
        text.append("\n### ").append(name).append("\n\n");
        if (schema.has("description")) {
            text.append(schema.get("description").asString().replace("\n", " ")).append("\n\n");
        }
        Map<String, JsonNode> fields = new LinkedHashMap<>();
        List<String> required = new ArrayList<>();
        collect(schema, fields, required);
        if (fields.isEmpty()) {
            text.append(type(schema)).append("\n");
            return;
        }
        text.append("| field | type | what it is |\n| --- | --- | --- |\n");
        fields.forEach((field, is) -> text.append("| `%s`%s | %s | %s |\n"
                .formatted(
                        field,
                        required.contains(field) ? "*" : "",
                        Generated.cell(type(is)),
                        Generated.cell(is.path("description").asString("")))));
    }

    /** The fields of a schema, those of its parts included. */
    private void collect(JsonNode schema, Map<String, JsonNode> fields, List<String> required) {
        for (JsonNode part : schema.path("allOf")) {
            collect(part, fields, required);
        }
        if (schema.has("$ref")) {
            collect(document.at(schema.get("$ref").asString().substring(1)), fields, required);
        }
        schema.path("properties").properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
        schema.path("required").forEach(field -> required.add(field.asString()));
    }

    private static String type(JsonNode schema) {
        if (schema.has("$ref")) {
            String name = schema.get("$ref").asString();
            name = name.substring(name.lastIndexOf('/') + 1);
            return "[" + name + "](#" + name.toLowerCase(java.util.Locale.ROOT) + ")";
        }
        if (schema.has("const")) {
            return "`" + schema.get("const").asString() + "`";
        }
        if (schema.has("enum")) {
            return String.join(
                    ", ",
                    schema.get("enum")
                            .valueStream()
                            .map(value -> "`" + value.asString() + "`")
                            .toList());
        }
        for (String choice : List.of("anyOf", "oneOf", "allOf")) {
            if (schema.has(choice)) {
                return String.join(
                        choice.equals("allOf") ? " and " : " or ",
                        new TreeSet<>(schema.get(choice)
                                .valueStream()
                                .map(ApiPageTest::type)
                                .toList()));
            }
        }
        JsonNode type = schema.path("type");
        if (type.isArray()) {
            return String.join(
                    " or ", type.valueStream().map(JsonNode::asString).toList());
        }
        if (type.asString("").equals("array")) {
            return "list of " + type(schema.path("items"));
        }
        String format = schema.path("format").asString("");
        return type.asString("any") + (format.isEmpty() ? "" : " (" + format + ")");
    }

    /** Who may call each route, by method and path. */
    private static Map<String, String> access() throws IOException {
        Map<String, String> access = new LinkedHashMap<>();
        for (String line : Files.readAllLines(Page.ROOT.resolve("contract/src/golden/access.txt"))) {
            if (line.startsWith("#") || line.isBlank()) {
                continue;
            }
            String[] words = line.strip().split("\\s+");
            if (words.length == 5 && words[4].equals("public")) {
                access.put(words[0] + " " + words[1], "everybody");
                continue;
            }
            List<String> allowed = new ArrayList<>();
            for (int i = 0; i < CALLERS.size(); i++) {
                String cell = words[4 + i];
                if (NAMES.containsKey(CALLERS.get(i)) && (cell.equals("ok") || cell.equals("--"))) {
                    allowed.add(NAMES.get(CALLERS.get(i)));
                }
            }
            access.put(
                    words[0] + " " + words[1],
                    allowed.isEmpty() ? "owner of the installation" : String.join(", ", allowed));
        }
        return access;
    }
}
