package dev.inferencekey.langchain4j.suites;

import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.ScriptedAnswer;
import dev.inferencekey.testkit.ScriptedCall;
import dev.inferencekey.testkit.ScriptedWorkload;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A model that answers what LangChain4j's suites ask, from what reached it alone: it says "Berlin" to no one whose question did not arrive, calls
 * no tool that it was not told of, and writes no JSON unless it was asked for it.
 */
final class ScriptedModel {
    private ScriptedModel() {}

    static ScriptedWorkload on(InferenceKeyPlatform platform) {
        return platform.script("bot").always(ScriptedModel::answer);
    }

    /** One that fails, with 500. */
    static ScriptedWorkload failing(InferenceKeyPlatform platform) {
        return platform.script("broken").always(ScriptedAnswer.serverError(500));
    }

    private static ScriptedAnswer answer(ScriptedCall call) {
        String results = toolResults(call);
        if (results.isEmpty()) {
            ScriptedAnswer toolCall = toolCall(call);
            return toolCall == null ? words(call) : toolCall;
        }
        return ScriptedAnswer.text(
                switch (String.valueOf(call.at("/response_format/json_schema/name"))) {
                    case "weather" -> "{\"weather\": \"" + results + "\"}";
                    case "WeatherReport" -> "{\"city\": \"Munich\", \"weather\": \"SUNNY\"}";
                    default -> "The tools say: " + results;
                });
    }

    /** What the tools gave back since the last message of the user. */
    private static String toolResults(ScriptedCall call) {
        List<String> results = new ArrayList<>();
        for (Map<?, ?> message : messages(call)) {
            if ("user".equals(message.get("role"))) {
                results.clear();
            } else if ("tool".equals(message.get("role"))) {
                results.add(String.valueOf(message.get("content")));
            }
        }
        return String.join(" and ", results);
    }

    private static @Nullable ScriptedAnswer toolCall(ScriptedCall call) {
        String asked = call.prompt();
        String first = call.at("/tools/0/function/name");
        if (first == null) {
            return null;
        }
        if (asked.contains("time in France")) {
            return ScriptedAnswer.toolCall("getWeather", Map.of("city", "Munich"))
                    .andToolCall("getTime", Map.of("country", "France"));
        }
        boolean forced = "required".equals(call.at("/tool_choice"));
        return switch (first) {
            case "getWeather" ->
                asked.contains("weather") || forced ? ScriptedAnswer.toolCall(first, arguments(call, "Munich")) : null;
            case "get_current_time", "currentDate" -> ScriptedAnswer.toolCall(first, Map.of());
            case "add" ->
                asked.contains("37 plus 87")
                        ? ScriptedAnswer.toolCall(first, arguments(call, 37, 87))
                        : asked.contains("add 47") ? ScriptedAnswer.toolCall(first, arguments(call, 124, 47)) : null;
            default -> null;
        };
    }

    /** The values under the names that the first tool's schema has for them. */
    private static Map<String, Object> arguments(ScriptedCall call, Object... values) {
        Object tool = ((List<?>) Objects.requireNonNull(call.json().get("tools"))).getFirst();
        Map<?, ?> properties = member(member(member(tool, "function"), "parameters"), "properties");
        List<String> names = properties.keySet().stream().map(String::valueOf).toList();
        return IntStream.range(0, values.length).boxed().collect(Collectors.toMap(names::get, i -> values[i]));
    }

    private static Map<?, ?> member(Object object, String name) {
        return (Map<?, ?>) Objects.requireNonNull(((Map<?, ?>) object).get(name));
    }

    private static ScriptedAnswer words(ScriptedCall call) {
        String asked = call.prompt();
        if (call.at("/max_tokens") != null && asked.contains("2 + 2")) {
            int most = Integer.parseInt(Objects.requireNonNull(call.at("/max_tokens")));
            return ScriptedAnswer.text("It is Berlin,").tokens(19, most).finishReason("length");
        }
        if (call.at("/response_format") != null) {
            return ScriptedAnswer.text("{\"city\": \"Berlin\"}");
        }
        if (asked.contains("capital of Germany")) {
            return ScriptedAnswer.text("The capital of Germany is Berlin.");
        }
        if (asked.contains("I love you")
                && "Translate messages from user into German".equals(call.at("/messages/0/content"))) {
            return ScriptedAnswer.text("Ich liebe dich");
        }
        if (asked.contains("What is my favorite color?")) {
            return ScriptedAnswer.text(call.body().contains("my favorite color is green") ? "Green" : "I can't know.");
        }
        if (asked.contains("Hello World")) {
            return ScriptedAnswer.text("World".equals(call.at("/stop/0")) ? "Hello " : "Hello World");
        }
        if (asked.contains("What do you see")) {
            int pictures = call.body().split("\"image_url\":\\{", -1).length - 1;
            return ScriptedAnswer.text(pictures == 2 ? "A cat, and dice." : pictures == 1 ? "A cat." : "Nothing.");
        }
        return ScriptedAnswer.text("Hello.");
    }

    private static List<Map<?, ?>> messages(ScriptedCall call) {
        List<Map<?, ?>> messages = new ArrayList<>();
        for (Object message : (List<?>) Objects.requireNonNull(call.json().get("messages"))) {
            messages.add((Map<?, ?>) message);
        }
        return messages;
    }
}
