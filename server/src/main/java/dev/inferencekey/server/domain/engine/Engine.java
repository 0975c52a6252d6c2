package dev.inferencekey.server.domain.engine;

import dev.inferencekey.server.domain.workload.Backend;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The programs that serve models, and the shape of their command lines. */
public enum Engine {
    /** The embedded engine stands in for it, and takes a part of its flags. */
    LLAMA_SERVER("llama-server", Backend.LLAMACPP, List.of(List.of("llama-server")), List.of("--model"), false),
    VLLM("vllm", Backend.VLLM, List.of(List.of("vllm", "serve")), List.of("--model"), true),
    VLLM_OMNI(
            "vllm-omni",
            Backend.VLLM_OMNI,
            List.of(List.of("vllm", "serve"), List.of("vllm-omni", "serve")),
            List.of("--model"),
            true),
    SGLANG(
            "sglang",
            Backend.SGLANG,
            List.of(
                    List.of("sglang", "serve"),
                    List.of("python3", "-m", "sglang.launch_server"),
                    List.of("python", "-m", "sglang.launch_server")),
            List.of("--model-path"),
            false),
    SD_SERVER(
            "sd-server",
            Backend.STABLEDIFFUSIONCPP,
            List.of(List.of("sd-server")),
            List.of("--model", "--diffusion-model"),
            false),
    /** Runs without a command of the declaration's. */
    OLLAMA("ollama", Backend.OLLAMA, List.of(), List.of(), false);

    private static final String LISTENS = "the platform chooses where a model server listens";
    private static final String NAMES = "the platform names the model after the workload's slug";
    private static final String GUARDS = "the platform gives each model server a secret of its own";

    /** What the platform sets itself, and neither a declaration nor an operator's list can. */
    private static final Map<String, String> RESERVED = Map.ofEntries(
            Map.entry("--host", LISTENS),
            Map.entry("--port", LISTENS),
            Map.entry("--listen-port", LISTENS),
            Map.entry("--listen-ip", LISTENS),
            Map.entry("--uds", LISTENS),
            Map.entry("--fd", LISTENS),
            Map.entry("--alias", NAMES),
            Map.entry("-a", NAMES),
            Map.entry("--served-model-name", NAMES),
            Map.entry("--api-key", GUARDS),
            Map.entry("--api-key-file", GUARDS),
            Map.entry("--admin-api-key", GUARDS));

    private final String program;
    private final Backend backend;
    private final List<List<String>> beginnings;
    private final List<String> modelFlags;
    private final boolean modelFirst;

    Engine(
            String program,
            Backend backend,
            List<List<String>> beginnings,
            List<String> modelFlags,
            boolean modelFirst) {
        this.program = program;
        this.backend = backend;
        this.beginnings = beginnings;
        this.modelFlags = modelFlags;
        this.modelFirst = modelFirst;
    }

    /** Its name, for people and in lists of flags. */
    public String program() {
        return program;
    }

    /** The words that its commands may begin with; none if declarations have no command for it. */
    List<List<String>> beginnings() {
        return beginnings;
    }

    /** The flags that name its model, of which a command must carry one. */
    List<String> modelFlags() {
        return modelFlags;
    }

    /** Whether its model may also stand without a flag. */
    boolean modelFirst() {
        return modelFirst;
    }

    /** The engine of a backend; none for backends that run no program. */
    public static Optional<Engine> of(String backend) {
        return Arrays.stream(values())
                .filter(engine -> engine.backend.wire().equals(backend))
                .findFirst();
    }

    static Optional<Engine> named(String program) {
        return Arrays.stream(values())
                .filter(engine -> engine.program.equals(program))
                .findFirst();
    }

    /** Why nobody but the platform sets a flag; empty if others may. */
    Optional<String> reserved(String flag) {
        if (this == SD_SERVER && flag.equals("-l")) {
            return Optional.of(LISTENS);
        }
        return Optional.ofNullable(RESERVED.get(flag));
    }
}
