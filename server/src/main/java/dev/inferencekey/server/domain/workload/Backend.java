package dev.inferencekey.server.domain.workload;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The built-in backends: what a workload's model can run on. */
public enum Backend {
    OLLAMA,
    VLLM,
    VLLM_OMNI,
    SGLANG,
    LLAMACPP,
    STABLEDIFFUSIONCPP,
    /** Simulates a model server; needs no weights and no GPU. */
    SIMULATOR,
    /** Starts nothing: forwards to an OpenAI-compatible server that exists already. */
    EXTERNAL;

    private final String wire = name().toLowerCase(Locale.ROOT).replace('_', '-');

    /** The name on the wire. */
    public String wire() {
        return wire;
    }

    public static Optional<Backend> fromWire(String text) {
        return Arrays.stream(values())
                .filter(backend -> backend.wire.equals(text))
                .findFirst();
    }

    /** Whether it runs a command line that the declaration must hold. */
    public boolean needsCommand() {
        return this == VLLM || this == VLLM_OMNI || this == LLAMACPP || this == STABLEDIFFUSIONCPP;
    }

    /** All wire names, for messages. */
    public static String wireNames() {
        return Arrays.stream(values()).map(Backend::wire).collect(Collectors.joining(", "));
    }
}
