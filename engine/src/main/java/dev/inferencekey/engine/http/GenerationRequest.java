package dev.inferencekey.engine.http;

import dev.inferencekey.engine.llama.Sampling;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What chat and plain completions have in common.
 *
 * @param sampling how tokens are chosen and what stops the answer
 * @param maxTokens the most tokens to generate, if the caller says so
 * @param stream whether the answer comes as events
 * @param includeUsage whether a stream ends with its token counts
 */
record GenerationRequest(Sampling sampling, OptionalInt maxTokens, boolean stream, boolean includeUsage) {
    private static final int MOST_STOPS = 16;
    private static final int LONGEST_STOP = 1024;
    private static final int MOST_BIASES = 1024;

    static GenerationRequest of(RequestBody body) {
        refuseUnsupported(body);
        OptionalInt maxTokens = body.integer("max_completion_tokens", 1, Integer.MAX_VALUE);
        if (maxTokens.isEmpty()) {
            maxTokens = body.integer("max_tokens", 1, Integer.MAX_VALUE);
        }
        return new GenerationRequest(sampling(body), maxTokens, body.flag("stream"), includeUsage(body));
    }

    private static void refuseUnsupported(RequestBody body) {
        body.refuse("n", body.integer("n", 1, 128).orElse(1) != 1, "more than one answer per request");
        body.refuse("best_of", body.integer("best_of", 1, 128).orElse(1) != 1, "choosing among answers");
        JsonNode tools = body.get("tools");
        body.refuse("tools", tools != null && !tools.isEmpty(), "tools");
        JsonNode logprobs = body.get("logprobs");
        body.refuse("logprobs", logprobs != null && !(logprobs.isBoolean() && !logprobs.booleanValue()), "logprobs");
        JsonNode format = body.get("response_format");
        body.refuse(
                "response_format",
                format != null && !"text".equals(format.path("type").asString("")),
                "answers in a fixed format");
        body.refuse("echo", body.flag("echo"), "echoing the prompt");
        JsonNode suffix = body.get("suffix");
        body.refuse("suffix", suffix != null && !suffix.asString("").isEmpty(), "filling in before a suffix");
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
                stops(body));
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
