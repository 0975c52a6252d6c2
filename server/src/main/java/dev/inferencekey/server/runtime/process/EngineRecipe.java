package dev.inferencekey.server.runtime.process;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What differs between engines: how each is told where to listen and what secret to ask for, and how one sees that it is ready.
 *
 * <p>The secret goes by environment, which only the same user can read, never by argument, which everybody can. An engine that takes one
 * by argument alone runs without: it is reachable from this machine only.
 */
enum EngineRecipe {
    LLAMACPP("llamacpp", List.of("--host", "--port"), "LLAMA_API_KEY", "/health", "/props"),
    VLLM("vllm", List.of("--host", "--port"), "VLLM_API_KEY", "/health", "/v1/models"),
    VLLM_OMNI("vllm-omni", List.of("--host", "--port"), "VLLM_API_KEY", "/health", "/v1/models"),
    SGLANG("sglang", List.of("--host", "--port"), null, "/health", null),
    STABLEDIFFUSIONCPP("stablediffusioncpp", List.of("--listen-ip", "--listen-port"), null, "/", null);

    private static final String LOOPBACK = "127.0.0.1";

    private final String backend;
    private final List<String> addressFlags;
    private final @Nullable String secretVariable;
    private final String healthPath;
    private final @Nullable String protectedPath;

    EngineRecipe(
            String backend,
            List<String> addressFlags,
            @Nullable String secretVariable,
            String healthPath,
            @Nullable String protectedPath) {
        this.backend = backend;
        this.addressFlags = List.copyOf(addressFlags);
        this.secretVariable = secretVariable;
        this.healthPath = healthPath;
        this.protectedPath = protectedPath;
    }

    static Optional<EngineRecipe> of(String backend) {
        return Arrays.stream(values()).filter(recipe -> recipe.backend.equals(backend)).findFirst();
    }

    String backend() {
        return backend;
    }

    /** What is appended to the command. */
    List<String> addressArguments(int port) {
        return List.of(addressFlags.get(0), LOOPBACK, addressFlags.get(1), String.valueOf(port));
    }

    /** The environment variable that carries the secret; null if the engine takes none that way. */
    @Nullable String secretVariable() {
        return secretVariable;
    }

    /** Answers 200 once the model is loaded. */
    String healthPath() {
        return healthPath;
    }

    /** A route that must refuse a caller without the secret; null if the engine has none. */
    @Nullable String protectedPath() {
        return protectedPath;
    }

    /** The command to run if the declaration holds none; null if it must hold one. */
    @Nullable String defaultCommand(String model) {
        return this == SGLANG ? "python3 -m sglang.launch_server --model-path '" + model.replace("'", "'\\''") + "'" : null;
    }
}
