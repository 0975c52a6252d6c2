package dev.inferencekey.engine.http;

import tools.jackson.databind.node.ObjectNode;

/**
 * The tokens of one request.
 *
 * @param prompt tokens read
 * @param completion tokens generated
 */
record Usage(int prompt, int completion) {
    void writeTo(ObjectNode parent) {
        parent.putObject("usage")
                .put("prompt_tokens", prompt)
                .put("completion_tokens", completion)
                .put("total_tokens", prompt + completion);
    }

    /** Without the generated tokens: the shape of embeddings and reranking. */
    void writePromptTo(ObjectNode parent) {
        parent.putObject("usage").put("prompt_tokens", prompt).put("total_tokens", prompt);
    }

    /** Under the names that responses use. */
    void writeResponseTo(ObjectNode parent) {
        ObjectNode usage = parent.putObject("usage")
                .put("input_tokens", prompt)
                .put("output_tokens", completion)
                .put("total_tokens", prompt + completion);
        usage.putObject("input_tokens_details").put("cached_tokens", 0).put("cache_write_tokens", 0);
        usage.putObject("output_tokens_details").put("reasoning_tokens", 0);
    }
}
