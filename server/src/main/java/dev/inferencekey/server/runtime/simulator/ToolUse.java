package dev.inferencekey.server.runtime.simulator;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/**
 * The tools of a request and which of them is called.
 *
 * <p>Notes. A named tool is called. {@code required} calls the first tool that has not been called since the user spoke, and then the
 * last one, so that a program that offers its result as a tool gets there. {@code auto} calls the tool that the user's message names, else the first;
 * once a tool's result is there, it answers in words, so that a loop ends.
 *
 * @param tools those that may be called
 * @param mode {@code none}, {@code auto} or {@code required}
 * @param called the names of those that were called since the user's last message
 * @param answered whether the conversation ends with a tool's result
 * @param lastText the user's last message
 */
record ToolUse(List<Tool> tools, String mode, Set<String> called, boolean answered, String lastText) {
    private static final int MAX_TOOLS = 1_024;

    /**
     * One function.
     *
     * @param param where its parameters stand in the request, for messages
     */
    record Tool(String name, @Nullable JsonNode parameters, String param) {
        /** Arguments that fit the parameters, as JSON. */
        String arguments(long seed) {
            return parameters == null ? "{}" : AnswerFormat.sample(parameters, seed, param);
        }
    }

    /** The tools of a chat. */
    static ToolUse ofChat(Fields request) {
        Set<String> called = new HashSet<>();
        String lastText = "";
        String lastRole = "";
        for (JsonNode message : request.get("messages")) {
            lastRole = message.path("role").asString("");
            if (lastRole.equals("user")) {
                called.clear();
                lastText = PromptText.of(message);
            }
            for (JsonNode call : message.path("tool_calls")) {
                called.add(call.path("function").path("name").asString(""));
            }
        }
        return of(request, true, called, lastRole.equals("tool"), lastText);
    }

    /** The tools of a request to {@code v1/responses}. */
    static ToolUse ofResponse(Fields request) {
        Set<String> called = new HashSet<>();
        JsonNode input = request.get("input");
        String lastText = input.asString("");
        String lastType = "";
        for (JsonNode item : input) {
            lastType = item.path("type").asString("message");
            if (item.path("role").asString("").equals("user")) {
                called.clear();
                lastText = PromptText.of(item);
            }
            if (lastType.equals("function_call")) {
                called.add(item.path("name").asString(""));
            }
        }
        return of(request, false, called, lastType.equals("function_call_output"), lastText);
    }

    private static ToolUse of(Fields request, boolean nested, Set<String> called, boolean answered, String lastText) {
        List<Tool> tools = tools(request.get("tools"), nested);
        JsonNode choice = request.get("tool_choice");
        String mode = choice.asString("auto");
        if (choice.isObject()) {
            mode = "required";
            tools = chosen(tools, choice, nested);
            if (choice.path("type").asString("").equals("allowed_tools")) {
                mode = (nested ? choice.path("allowed_tools") : choice)
                        .path("mode")
                        .asString("auto");
            }
        }
        if (!Set.of("none", "auto", "required").contains(mode)) {
            throw wrongChoice();
        }
        if (mode.equals("required") && tools.isEmpty()) {
            throw RequestRefusedException.invalid("tool_choice", "tool_choice needs tools to choose from");
        }
        return new ToolUse(tools, mode, called, answered, lastText);
    }

    private static List<Tool> tools(JsonNode list, boolean nested) {
        if (!list.isMissingNode() && (!list.isArray() || list.size() > MAX_TOOLS)) {
            throw RequestRefusedException.invalid("tools", "tools must be a list of at most " + MAX_TOOLS);
        }
        List<Tool> tools = new ArrayList<>();
        for (JsonNode entry : list) {
            String at = "tools[" + tools.size() + "]";
            if (!entry.path("type").asString("").equals("function")) {
                throw RequestRefusedException.invalid(
                        at + ".type", at + ".type must be function; the simulator has no other tools");
            }
            JsonNode function = nested ? entry.path("function") : entry;
            String name = function.path("name").asString("");
            if (!name.matches("[a-zA-Z0-9_.-]{1,128}")) {
                throw RequestRefusedException.invalid(
                        at, at + " needs a name of letters, digits, dots, dashes and underscores");
            }
            JsonNode parameters = function.path("parameters");
            tools.add(new Tool(
                    name,
                    parameters.isMissingNode() || parameters.isNull() || parameters.isEmpty() ? null : parameters,
                    at + (nested ? ".function.parameters" : ".parameters")));
        }
        return tools;
    }

    /** Those of {@code tools} that an object in {@code tool_choice} names: one, or several as {@code allowed_tools}. */
    private static List<Tool> chosen(List<Tool> tools, JsonNode choice, boolean nested) {
        JsonNode names = switch (choice.path("type").asString("")) {
            case "function" -> JsonNodeFactory.instance.arrayNode().add(choice);
            case "allowed_tools" -> (nested ? choice.path("allowed_tools") : choice).path("tools");
            default -> throw wrongChoice();
        };
        List<Tool> chosen = new ArrayList<>();
        for (JsonNode entry : names) {
            String name = (nested ? entry.path("function") : entry).path("name").asString("");
            chosen.add(tools.stream()
                    .filter(tool -> tool.name().equals(name))
                    .findFirst()
                    .orElseThrow(() -> RequestRefusedException.invalid(
                            "tool_choice", "tool_choice names a tool that is not among tools")));
        }
        return chosen;
    }

    private static RequestRefusedException wrongChoice() {
        return RequestRefusedException.invalid(
                "tool_choice", "tool_choice must be none, auto, required, or name a function among tools");
    }

    /** The tool that is called, if one is. */
    Optional<Tool> next() {
        if (mode.equals("none") || tools.isEmpty() || (mode.equals("auto") && answered)) {
            return Optional.empty();
        }
        if (mode.equals("auto")) {
            return tools.stream()
                    .filter(tool -> lastText.contains(tool.name()))
                    .findFirst()
                    .or(() -> Optional.of(tools.getFirst()));
        }
        return tools.stream()
                .filter(tool -> !called.contains(tool.name()))
                .findFirst()
                .or(() -> Optional.of(tools.getLast()));
    }
}
