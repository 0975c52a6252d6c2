package dev.inferencekey.engine.http;

import dev.inferencekey.engine.grammar.JsonGrammar;
import dev.inferencekey.engine.grammar.UnsupportedSchemaException;
import dev.inferencekey.engine.llama.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * The functions that a model may call.
 *
 * <p>Notes. Templates differ in how they tell a model of functions, and the binding's know nothing of them. So the functions stand in
 * the system message, with the form of a call: {@code {"name":NAME,"arguments":ARGUMENTS}}. A grammar holds the model to it: where a call
 * is required to that form and to the parameters' schema, else as soon as its answer begins with a brace.
 *
 * @param functions those that may be called now
 * @param required whether one must be
 */
record ToolUse(List<Function> functions, boolean required) {
    static final ToolUse NONE = new ToolUse(List.of(), false);

    private static final int MOST_TOOLS = 128;

    /**
     * A function.
     *
     * @param definition name, description and parameters, for the model
     * @param parameters the schema of its arguments, null for none
     * @param param where the schema stands in the request
     */
    record Function(
            String name, ObjectNode definition, @Nullable JsonNode parameters, String param) {}

    /** @param nested whether the functions stand in members {@code function}, as in chats, and not beside their type */
    static ToolUse of(RequestBody body, boolean nested) {
        JsonNode tools = body.get("tools");
        JsonNode choice = body.get("tool_choice");
        String mode = choice == null ? "auto" : choice.asString("");
        if (tools == null || (tools.isArray() && tools.isEmpty())) {
            if (mode.equals("auto") || mode.equals("none")) {
                return NONE;
            }
            throw ApiException.invalid("tool_choice", "tool_choice needs tools to choose from.");
        }
        List<Function> functions = functions(tools, nested);
        if (choice != null && choice.isObject()) {
            JsonNode named = nested ? choice.path("function") : choice;
            String name = named.path("name").asString("");
            functions = functions.stream()
                    .filter(function -> function.name().equals(name))
                    .toList();
            mode = choice.path("type").asString("").equals("function") && !functions.isEmpty() ? "required" : "";
        }
        return switch (mode) {
            case "none" -> NONE;
            case "auto" -> new ToolUse(functions, false);
            case "required" -> new ToolUse(functions, true);
            default ->
                throw ApiException.invalid(
                        "tool_choice", "tool_choice must be none, auto, required, or name a function among tools.");
        };
    }

    private static List<Function> functions(JsonNode tools, boolean nested) {
        if (!tools.isArray() || tools.size() > MOST_TOOLS) {
            throw ApiException.invalid("tools", "tools must be an array of at most " + MOST_TOOLS + " functions.");
        }
        List<Function> functions = new ArrayList<>();
        for (JsonNode tool : tools) {
            String at = "tools[" + functions.size() + "]";
            JsonNode function = nested ? tool.path("function") : tool;
            String name = function.path("name").asString("");
            if (!tool.path("type").asString("").equals("function") || !name.matches("[A-Za-z0-9_.-]{1,64}")) {
                throw ApiException.invalid(
                        at, at + " must be of type function, with a name of letters, digits, dots, dashes and _.");
            }
            ObjectNode definition = JsonMapper.shared().createObjectNode().put("name", name);
            for (String member : List.of("description", "parameters")) {
                if (function.has(member)) {
                    definition.set(member, function.get(member));
                }
            }
            JsonNode parameters = function.path("parameters");
            functions.add(new Function(
                    name,
                    definition,
                    parameters.isObject() && !parameters.isEmpty() ? parameters : null,
                    at + (nested ? ".function.parameters" : ".parameters")));
        }
        return functions;
    }

    List<String> names() {
        return functions.stream().map(Function::name).toList();
    }

    /** The messages with what the model must know of the functions in the first one. */
    List<ChatMessage> tell(List<ChatMessage> messages) {
        if (functions.isEmpty()) {
            return messages;
        }
        ArrayNode definitions = JsonMapper.shared().createArrayNode();
        functions.forEach(function -> definitions.add(function.definition()));
        String told = "You can call these functions: " + definitions
                + "\nTo call one, answer with nothing but {\"name\":NAME,\"arguments\":ARGUMENTS}.";
        List<ChatMessage> all = new ArrayList<>(messages);
        if (!all.isEmpty() && all.getFirst().role().equals("system")) {
            ChatMessage first = all.removeFirst();
            told = first.content() + "\n\n" + told;
        }
        all.addFirst(new ChatMessage("system", told));
        return all;
    }

    /** The rule that an answer must fit; null if there are no functions. */
    @Nullable
    String rule(JsonGrammar grammar) {
        if (functions.isEmpty()) {
            return null;
        }
        List<String> calls = new ArrayList<>();
        for (Function function : functions) {
            String arguments = function.parameters() == null
                    ? JsonGrammar.literal("{}")
                    : schema(grammar, function.parameters(), function.param());
            calls.add(grammar.add(JsonGrammar.literal(CallReader.head(function.name())) + " " + arguments + " \"}\""));
        }
        String call = String.join(" | ", calls);
        return grammar.add(required ? call : call + " | ([^{\\x00] [^\\x00]*)?");
    }

    /** The rule of a schema, or a refusal that names where it stands. */
    static String schema(JsonGrammar grammar, JsonNode schema, String param) {
        try {
            return grammar.schema(schema);
        } catch (UnsupportedSchemaException e) {
            throw ApiException.invalid(
                    param, "This engine can't hold a model to " + param + ": " + e.getMessage() + ".");
        }
    }
}
