package dev.inferencekey.server.runtime.process;

import org.jspecify.annotations.Nullable;

/** How a model server is told its secret, and how one sees that it heeds it. */
enum Protection {
    /** Has no notion of a secret that does not go through its arguments, which other users of the machine can read. */
    NONE(null, null),
    /** llama-server: everything but health and the list of models needs the key. */
    LLAMA_ENVIRONMENT("LLAMA_API_KEY", "/props"),
    /** vLLM: everything below {@code /v1} needs the key. */
    VLLM_ENVIRONMENT("VLLM_API_KEY", "/v1/models"),
    /** The embedded engine: the first line of standard input; everything but health needs the key. */
    STANDARD_INPUT(null, "/props");

    private final @Nullable String variable;
    private final @Nullable String protectedPath;

    Protection(@Nullable String variable, @Nullable String protectedPath) {
        this.variable = variable;
        this.protectedPath = protectedPath;
    }

    /** The environment variable that carries the secret, null for none. */
    @Nullable
    String variable() {
        return variable;
    }

    /** What must not be answered without the secret, null if nothing is protected. */
    @Nullable
    String protectedPath() {
        return protectedPath;
    }
}
