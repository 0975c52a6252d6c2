package dev.inferencekey.server.runtime.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/** The words in a prompt. */
final class PromptText {
    private PromptText() {}

    /** All the text in a prompt: a string, a list of strings, or messages with text or parts. */
    static String of(JsonNode prompt) {
        if (prompt.isString()) {
            return prompt.stringValue();
        }
        if (prompt.isArray()) {
            List<String> texts = new ArrayList<>();
            prompt.forEach(element -> texts.add(of(element)));
            return texts.stream().filter(text -> !text.isEmpty()).collect(Collectors.joining("\n"));
        }
        if (prompt.isObject()) {
            for (String field : List.of("content", "text", "output")) {
                if (prompt.has(field)) {
                    return of(prompt.path(field));
                }
            }
            return "";
        }
        return prompt.isNumber() ? prompt.asString("") : "";
    }
}
