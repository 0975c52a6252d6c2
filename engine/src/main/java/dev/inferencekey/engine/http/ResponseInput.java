package dev.inferencekey.engine.http;

import dev.inferencekey.engine.llama.ChatMessage;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** The {@code instructions} and {@code input} of a request to {@code v1/responses}, as the messages of a chat. */
final class ResponseInput {
    private static final int MOST_ITEMS = 10_000;

    private ResponseInput() {}

    static List<ChatMessage> messages(RequestBody body) {
        List<ChatMessage> all = new ArrayList<>();
        if (body.get("instructions") != null) {
            all.add(new ChatMessage("system", body.text("instructions")));
        }
        JsonNode input = body.get("input");
        if (input != null && input.isString()) {
            all.add(new ChatMessage("user", input.stringValue()));
            return all;
        }
        if (input == null || !input.isArray() || input.isEmpty() || input.size() > MOST_ITEMS) {
            throw ApiException.invalid("input", "input must be a text, or an array of 1 to " + MOST_ITEMS + " items.");
        }
        int index = 0;
        for (JsonNode item : input) {
            add(all, item, "input[" + index++ + "]");
        }
        return all;
    }

    private static void add(List<ChatMessage> all, JsonNode item, String at) {
        switch (item.path("type").asString("message")) {
            case "message" ->
                all.add(new ChatMessage(
                        ChatMessages.role(item.get("role"), at + ".role"),
                        ChatMessages.content(item.get("content"), at + ".content")));
            case "function_call" ->
                all.add(new ChatMessage(
                        "assistant",
                        ChatMessages.call(
                                item.path("name").asString(""),
                                item.path("arguments").asString("{}"))));
            case "function_call_output" ->
                ChatMessages.addResult(all, ChatMessages.content(item.get("output"), at + ".output"));
            // What a model thought for itself, which it is not told again.
            case "reasoning" -> {}
            default ->
                throw ApiException.invalid(
                        at + ".type", at + ".type must be message, function_call, function_call_output or reasoning.");
        }
    }
}
