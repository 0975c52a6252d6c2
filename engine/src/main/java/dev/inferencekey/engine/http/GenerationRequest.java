package dev.inferencekey.engine.http;

import dev.inferencekey.engine.grammar.JsonGrammar;
import dev.inferencekey.engine.llama.Sampling;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What chats, plain completions and responses have in common.
 *
 * @param sampling how tokens are chosen, what stops the answer and what form it has
 * @param maxTokens the most tokens to generate, if the caller says so
 * @param n how many answers each prompt gets
 * @param tools the functions that may be called
 * @param stream whether the answer comes as events
 * @param includeUsage whether a stream ends with its token counts
 */
record GenerationRequest(
        Sampling sampling, OptionalInt maxTokens, int n, ToolUse tools, boolean stream, boolean includeUsage) {
    private static final int MOST_ANSWERS = 128;
    private static final int MOST_STOPS = 16;
    private static final int LONGEST_STOP = 1024;
    private static final int MOST_BIASES = 1024;

    static GenerationRequest chat(RequestBody body) {
        refuse(body, "audio", "sound");
        refuse(body, "top_logprobs", "log probabilities");
        return of(
                body,
                ToolUse.of(body, true),
                body.get("response_format"),
                "response_format",
                "max_completion_tokens",
                "max_tokens");
    }

    static GenerationRequest completion(RequestBody body) {
        refuse(body, "tools", "tools in plain completions");
        return of(body, ToolUse.NONE, body.get("response_format"), "response_format", "max_tokens");
    }

    static GenerationRequest response(RequestBody body) {
        refuse(body, "previous_response_id", "following up on a response: none is kept");
        refuse(body, "conversation", "conversations: none is kept");
        refuse(body, "background", "responses in the background");
        refuse(body, "prompt", "stored prompts");
        refuse(body, "top_logprobs", "log probabilities");
        JsonNode text = body.get("text");
        JsonNode format = text == null ? null : text.get("format");
        return of(body, ToolUse.of(body, false), format, "text.format", "max_output_tokens");
    }

    private static GenerationRequest of(
            RequestBody body, ToolUse tools, @Nullable JsonNode format, String formatParam, String... limits) {
        refuse(body, "logprobs", "log probabilities");
        refuse(body, "functions", "functions; use tools");
        refuse(body, "echo", "echoing the prompt");
        refuse(body, "suffix", "filling in before a suffix");
        int n = body.integer("n", 1, MOST_ANSWERS).orElse(1);
        body.refuse("best_of", body.integer("best_of", 1, MOST_ANSWERS).orElse(n) != n, "choosing among answers");
        OptionalInt maxTokens = OptionalInt.empty();
        for (String limit : limits) {
            OptionalInt given = body.integer(limit, 1, Integer.MAX_VALUE);
            maxTokens = maxTokens.isPresent() ? maxTokens : given;
        }
        String grammar = grammar(tools, format, formatParam);
        if (grammar != null && body.flag("ignore_eos")) {
            throw ApiException.invalid("ignore_eos", "ignore_eos does not go with tools or a format, which must end.");
        }
        return new GenerationRequest(
                sampling(body).with(grammar, 0), maxTokens, n, tools, body.flag("stream"), includeUsage(body));
    }

    private static @Nullable String grammar(ToolUse tools, @Nullable JsonNode format, String param) {
        JsonGrammar grammar = new JsonGrammar();
        String call = tools.rule(grammar);
        String type = format == null ? "text" : format.path("type").asString("");
        boolean text = type.equals("text");
        if (!text && !type.equals("json_object") && !type.equals("json_schema")) {
            throw ApiException.invalid(param + ".type", param + ".type must be text, json_object or json_schema.");
        }
        if (text || format == null) {
            return call == null ? null : grammar.startingWith(call);
        }
        if (call != null) {
            throw ApiException.invalid(param, "This engine does not support " + param + " together with tools.");
        }
        JsonNode holder = format.path("json_schema").isObject() ? format.path("json_schema") : format;
        JsonNode schema = holder.get("schema");
        if (schema == null && type.equals("json_schema")) {
            throw ApiException.invalid(param, param + " of type json_schema needs a name and a schema.");
        }
        return grammar.startingWith(
                schema == null ? grammar.anyObject() : ToolUse.schema(grammar, schema, param + ".schema"));
    }

    /** Refuses a field that asks for something: one that is neither absent nor false, 0, or empty. */
    private static void refuse(RequestBody body, String field, String what) {
        JsonNode value = body.get(field);
        boolean given = value != null
                && !(value.isBoolean() && !value.booleanValue())
                && !(value.isContainer() && value.isEmpty())
                && !value.asString("-").isEmpty()
                && !value.asString("-").equals("0");
        body.refuse(field, given, what);
    }

    private static Sampling sampling(RequestBody body) {
        OptionalInt topK = body.integer("top_k", 0, 1 << 24);
        OptionalLong seed = body.integer64("seed", Long.MIN_VALUE, Long.MAX_VALUE);
        return new Sampling(
                body.number("temperature", 0, 100),
                body.number("top_p", 0, 1),
                topK.isPresent() ? Integer.valueOf(topK.getAsInt()) : null,
                body.number("min_p", 0, 1),
                seed.isPresent() ? Long.valueOf(seed.getAsLong()) : null,
                body.number("presence_penalty", -2, 2),
                body.number("frequency_penalty", -2, 2),
                logitBias(body.get("logit_bias")),
                body.flag("ignore_eos"),
                stops(body),
                null);
    }

    private static List<String> stops(RequestBody body) {
        List<String> stops = body.texts("stop", MOST_STOPS);
        for (String stop : stops) {
            if (stop.isEmpty() || stop.length() > LONGEST_STOP) {
                throw ApiException.invalid("stop", "A stop text must have 1 to " + LONGEST_STOP + " characters.");
            }
        }
        return stops;
    }

    private static Map<Integer, Float> logitBias(@Nullable JsonNode node) {
        if (node == null) {
            return Map.of();
        }
        if (!node.isObject() || node.size() > MOST_BIASES) {
            throw wrongBias();
        }
        Map<Integer, Float> biases = new HashMap<>();
        for (Map.Entry<String, JsonNode> entry : node.properties()) {
            JsonNode bias = entry.getValue();
            if (!bias.isNumber() || Math.abs(bias.doubleValue()) > 100) {
                throw wrongBias();
            }
            try {
                biases.put(Integer.valueOf(entry.getKey()), (float) bias.doubleValue());
            } catch (NumberFormatException e) {
                throw wrongBias();
            }
        }
        return biases;
    }

    private static ApiException wrongBias() {
        return ApiException.invalid(
                "logit_bias",
                "logit_bias must be an object of at most " + MOST_BIASES + " token ids with numbers from -100 to 100.");
    }

    private static boolean includeUsage(RequestBody body) {
        JsonNode options = body.get("stream_options");
        if (options == null) {
            return false;
        }
        if (!options.isObject()) {
            throw ApiException.invalid("stream_options", "stream_options must be an object.");
        }
        return options.path("include_usage").asBoolean(false);
    }
}
