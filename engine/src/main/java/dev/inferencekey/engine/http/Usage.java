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
}
