package dev.inferencekey.server.domain.metering;

/** Which engine counted, and what its counters leave out. */
public enum CountingEngine {
    /** Also the embedded engine. Counts what it computed: no prompt tokens from its cache, and in some versions nothing of what only reads. */
    LLAMA_SERVER("llama-server", "llamacpp:prompt_tokens_total", "llamacpp:tokens_predicted_total", false, false),
    VLLM("vllm", "vllm:prompt_tokens_total", "vllm:generation_tokens_total", true, true),
    SGLANG("sglang", "sglang:prompt_tokens_total", "sglang:generation_tokens_total", true, true),
    /** Shows no metrics: it is asked without a detour. */
    SIMULATOR("simulator", "", "", true, true);

    private final String wire;
    private final String promptCounter;
    private final String outputCounter;
    private final boolean countsCached;
    private final boolean countsReading;

    CountingEngine(
            String wire, String promptCounter, String outputCounter, boolean countsCached, boolean countsReading) {
        this.wire = wire;
        this.promptCounter = promptCounter;
        this.outputCounter = outputCounter;
        this.countsCached = countsCached;
        this.countsReading = countsReading;
    }

    /** Its name in answers and in the store. */
    public String wire() {
        return wire;
    }

    /** @throws IllegalArgumentException if no engine has this name */
    public static CountingEngine ofWire(String name) {
        for (CountingEngine engine : values()) {
            if (engine.wire.equals(name)) {
                return engine;
            }
        }
        throw new IllegalArgumentException("no engine that counts: " + name);
    }

    String promptCounter() {
        return promptCounter;
    }

    String outputCounter() {
        return outputCounter;
    }

    /** Whether prompt tokens that came from a cache are among those that it counts. */
    public boolean countsCached() {
        return countsCached;
    }

    /** Whether every version of it counts the input of embeddings and reranking. */
    public boolean countsReading() {
        return countsReading;
    }
}
