package dev.inferencekey.server.manager;

import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What the OpenAPI document says of a body holds: of each operation's example, each field in turn is made to break one of its bounds
 * (type, length, pattern, range, count, choice), left out where it is required, and joined by a field that does not exist; all of that
 * is a 400.
 */
@Tag("slow")
class OpenApiBoundsTest {
    private static final TestManager MANAGER = new TestManager();
    private static final JsonNode DOCUMENT = ApiClient.JSON.readTree(OpenApiCheck.document());
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** What may stand for a text that a pattern refuses; one of them is sure to. */
    private static final List<String> ODD_TEXTS = List.of(" ", "!", "no address", "@", "-1", "\u0001");

    private static Map<String, String> addressed = Map.of();

    @BeforeAll
    static void createWhatIsAddressed() {
        Project acme = MANAGER.project("acme");
        ApiClient owner = MANAGER.asOwner();
        MANAGER.asMember(acme, Role.DEVELOPER);
        addressed = Map.of(
                "project", "acme",
                "workload_slug", "support-bot",
                "workload_id", MANAGER.workload(acme, "support-bot").id(),
                "name", "upstream",
                "key_id", MANAGER.key(acme).key().id(),
                "token_id", MANAGER.token(acme).token().id(),
                "user_id",
                        String.valueOf(owner.get("/api/projects/acme/members")
                                .list()
                                .getFirst()
                                .get("user_id")));
    }

    @AfterAll
    static void stop() {
        MANAGER.close();
    }

    /** One way to break one bound. */
    private record Broken(String how, JsonNode body) {}

    @TestFactory
    Stream<DynamicTest> whatTheDocumentForbidsIsRefused() {
        ApiClient owner = MANAGER.asOwner().unchecked();
        ApiClient operator = MANAGER.asOperator().unchecked();
        List<DynamicTest> tests = new ArrayList<>();
        DOCUMENT.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    JsonNode schema = operation.getValue().at("/requestBody/content/application~1json/schema");
                    if (path.getKey().startsWith("/api/") && !schema.isMissingNode()) {
                        String method = operation.getKey().toUpperCase(Locale.ROOT);
                        String address = addressOf(path.getKey());
                        // A link for one address is the operator's alone to make; that is decided first.
                        ApiClient caller = address.equals("/api/owner-links") ? operator : owner;
                        for (Broken broken : broken(resolved(schema))) {
                            tests.add(dynamicTest(
                                    method + " " + path.getKey() + ": " + broken.how(),
                                    () -> caller.send(
                                                    method,
                                                    address,
                                                    broken.body().toString())
                                            .expect(400)));
                        }
                    }
                }));
        return tests.stream();
    }

    private static String addressOf(String path) {
        String address = path;
        for (Map.Entry<String, String> value : addressed.entrySet()) {
            address = address.replace("{" + value.getKey() + "}", value.getValue());
        }
        return address;
    }

    private static List<Broken> broken(JsonNode schema) {
        JsonNode first = schema.at("/examples/0");
        ObjectNode example = first.isObject() ? (ObjectNode) first : NODES.objectNode();
        List<Broken> all = new ArrayList<>();
        all.add(new Broken("a list", NODES.arrayNode()));
        ObjectNode more = example.deepCopy();
        all.add(new Broken("an unknown field", more.put("no_such_field", 1)));
        schema.path("required").forEach(name -> {
            ObjectNode less = example.deepCopy();
            less.remove(name.asString());
            all.add(new Broken("without " + name.asString(), less));
        });
        schema.path("properties").properties().stream()
                // Whoever sends back what was read sends these, too, and they are ignored.
                .filter(field -> !field.getValue().path("readOnly").asBoolean(false))
                .forEach(field -> values(resolved(field.getValue())).forEach(value -> {
                    ObjectNode changed = example.deepCopy();
                    changed.set(field.getKey(), value);
                    String shown = value.toString();
                    all.add(new Broken(
                            field.getKey() + " = " + (shown.length() > 40 ? shown.length() + " characters" : shown),
                            changed));
                }));
        return all;
    }

    /** Values that this schema of a field forbids. */
    private static List<JsonNode> values(JsonNode schema) {
        List<JsonNode> values = new ArrayList<>();
        String type = schema.path("type").isArray()
                ? schema.path("type").get(0).asString()
                : schema.path("type").asString("");
        switch (type) {
            case "string" -> {
                values.add(NODES.numberNode(5));
                if (schema.has("maxLength")) {
                    values.add(
                            NODES.stringNode("x".repeat(schema.get("maxLength").asInt() + 1)));
                }
                if (schema.path("minLength").asInt(0) > 0) {
                    values.add(NODES.stringNode(""));
                }
                if (schema.has("enum")) {
                    values.add(NODES.stringNode("no_such_choice"));
                }
                if (schema.has("pattern")) {
                    Pattern pattern = Pattern.compile(schema.get("pattern").asString());
                    ODD_TEXTS.stream()
                            .filter(text -> !pattern.matcher(text).find())
                            .forEach(text -> values.add(NODES.stringNode(text)));
                }
            }
            case "integer" -> {
                values.add(NODES.stringNode("5"));
                values.add(NODES.numberNode(1.5));
                if (schema.has("minimum")) {
                    values.add(NODES.numberNode(schema.get("minimum").asLong() - 1));
                }
                if (schema.has("maximum")) {
                    values.add(NODES.numberNode(schema.get("maximum").asLong() + 1));
                }
            }
            case "boolean" -> values.add(NODES.stringNode("true"));
            case "object" -> values.add(NODES.stringNode("text"));
            case "array" -> {
                values.add(NODES.stringNode("text"));
                values.add(NODES.arrayNode().add(5));
                if (schema.path("minItems").asInt(0) > 0) {
                    values.add(NODES.arrayNode());
                }
                for (JsonNode item : values(resolved(schema.get("items")))) {
                    values.add(NODES.arrayNode().add(item));
                }
            }
            default -> {
                // Says nothing that could be broken.
            }
        }
        return values;
    }

    /** What a reference leads to, and of what may also be null the other half. */
    private static JsonNode resolved(JsonNode schema) {
        if (schema.has("$ref")) {
            return resolved(DOCUMENT.at(schema.get("$ref").asString().substring(1)));
        }
        return schema.has("anyOf") ? resolved(schema.get("anyOf").get(0)) : schema;
    }
}
