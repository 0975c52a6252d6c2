package dev.inferencekey.server.runtime.simulator;

import java.util.List;

/**
 * What chats, completions and responses are asked for alike.
 *
 * @param limit the most tokens of one answer, 0 for no limit
 * @param variation tells answers to the same prompt apart: the seed
 * @param stops texts that end the answer
 * @param topLogprobs how many likely tokens are told of each token's place, negative if no probabilities are
 * @param exact whether the answer is as long as the limit allows
 * @param least the least tokens of one answer
 */
record TextOptions(
        int n,
        int limit,
        String variation,
        List<String> stops,
        int topLogprobs,
        boolean stream,
        boolean includeUsage,
        boolean exact,
        int least) {
    static final int MAX_TOKENS = 100_000;

    private static final int MAX_CHOICES = 128;
    private static final int MAX_STOPS = 16;

    /** What no simulator does, on any of the routes. */
    private static final List<String> REFUSED = List.of(
            "functions",
            "function_call",
            "audio",
            "web_search_options",
            "logit_bias",
            "guided_json",
            "guided_regex",
            "guided_choice",
            "guided_grammar",
            "structured_outputs",
            "grammar",
            "json_schema",
            "prompt_logprobs",
            "use_beam_search",
            "stop_token_ids",
            "allowed_token_ids",
            "bad_words",
            "suffix");

    /** @param limits the fields that limit the answer; the first that is there holds */
    static TextOptions of(Fields request, int topLogprobs, String... limits) {
        request.refuse(REFUSED);
        for (String range : List.of("temperature", "top_p", "presence_penalty", "frequency_penalty")) {
            boolean penalty = range.endsWith("penalty");
            request.number(range, 0, penalty ? -2 : 0, range.equals("top_p") ? 1 : 2);
        }
        int limit = 0;
        for (String field : limits) {
            int given = request.integer(field, 0, 1, Integer.MAX_VALUE);
            limit = limit == 0 ? Math.min(given, MAX_TOKENS) : limit;
        }
        boolean stream = request.flag("stream");
        if (request.has("stream_options")) {
            if (!stream || !request.get("stream_options").isObject()) {
                throw RequestRefusedException.invalid(
                        "stream_options", "stream_options must be an object, and goes only with stream: true");
            }
        }
        if (request.has("seed") && !request.get("seed").isIntegralNumber()) {
            throw RequestRefusedException.invalid("seed", "seed must be a whole number");
        }
        return new TextOptions(
                request.integer("n", 1, 1, MAX_CHOICES),
                limit,
                request.has("seed") ? "\0seed " + request.get("seed") : "",
                stops(request),
                topLogprobs,
                stream,
                request.get("stream_options").path("include_usage").asBoolean(false),
                request.flag("ignore_eos"),
                request.integer("min_tokens", 0, 0, MAX_TOKENS));
    }

    private static List<String> stops(Fields request) {
        List<String> stops = request.texts("stop", MAX_STOPS);
        if (stops.contains("")) {
            throw RequestRefusedException.invalid("stop", "stop must not hold an empty text");
        }
        return stops;
    }
}
