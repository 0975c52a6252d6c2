package dev.inferencekey.server.runtime.process;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.engine.CheckedCommand;
import dev.inferencekey.server.domain.engine.EnginePlan;
import dev.inferencekey.server.domain.engine.EngineRules;
import dev.inferencekey.server.domain.engine.EngineSecrets;
import dev.inferencekey.server.ports.runtime.BoundSecret;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Turns a declaration into a command. Thread-safe; looks at the file system and starts nothing.
 *
 * <p>What the declaration says is checked again here: it may be older than today's lists, and files may have changed.
 */
final class LaunchPlanner {
    static final Set<String> BACKENDS =
            Set.of("llamacpp", "vllm", "vllm-omni", "sglang", "stablediffusioncpp", "ollama");

    private static final String LLAMA_SERVER = "llama-server";

    /** It counts nothing unless it is told to, and shows that to whoever knows the secret. */
    private static final List<String> LLAMA_SERVER_OWN =
            Stream.concat(Launch.HOST_AND_PORT.stream(), Stream.of("--metrics")).toList();

    private final ProcessDriverConfig config;
    private final EngineRules rules;

    LaunchPlanner(ProcessDriverConfig config) {
        this.config = config;
        this.rules = config.rules();
    }

    Launch plan(ReplicaSpec spec) throws LaunchRefusedException {
        EnginePlan plan = allowed(spec);
        for (Map.Entry<String, BoundSecret> secret : spec.secretEnvironment().entrySet()) {
            requireOneLine(secret.getKey(), secret.getValue());
        }
        if (spec.backend().equals("ollama")) {
            return ollama(spec, plan);
        }
        CheckedCommand command = plan.command();
        if (command == null) {
            throw new LaunchRefusedException("config.command is missing: backend " + spec.backend() + " runs it");
        }
        for (String model : command.missing()) {
            throw LaunchRefusedException.missing("the model file `" + shown(model)
                    + "` does not exist in the platform's model folders, or can't be read");
        }
        return switch (spec.backend()) {
            case "llamacpp" -> llamacpp(spec, plan, command);
            case "vllm", "vllm-omni" -> vllm(spec, plan, command);
            case "sglang" ->
                new Launch(
                        "sglang",
                        full(located(spec, command.program()), command),
                        named(spec, Launch.HOST_AND_PORT, "--served-model-name"),
                        plan.environment(),
                        Protection.NONE,
                        "/health",
                        spec.slug(),
                        null);
            case "stablediffusioncpp" ->
                new Launch(
                        command.program(),
                        full(located(spec, command.program()), command),
                        Launch.LISTEN_IP_AND_PORT,
                        plan.environment(),
                        Protection.NONE,
                        "/",
                        spec.modelName(),
                        null);
            default -> throw new LaunchRefusedException("backend " + spec.backend() + " is not a program");
        };
    }

    /** An environment can't carry it, and the message of who tries would repeat it. */
    private static void requireOneLine(String variable, BoundSecret secret) throws LaunchRefusedException {
        String value = secret.valueForEngines();
        if (value != null && value.chars().anyMatch(Character::isISOControl)) {
            throw new LaunchRefusedException("the secret for " + EngineSecrets.field(variable)
                    + " holds a line break or another control character; store it again without");
        }
    }

    private EnginePlan allowed(ReplicaSpec spec) throws LaunchRefusedException {
        try {
            return rules.plan(spec.backend(), spec.modelName(), spec.config())
                    .orElseThrow(() -> new LaunchRefusedException("backend " + spec.backend() + " is not a program"));
        } catch (InvalidFieldException e) {
            throw new LaunchRefusedException(String.valueOf(e.getMessage()));
        }
    }

    private Launch llamacpp(ReplicaSpec spec, EnginePlan plan, CheckedCommand command) throws LaunchRefusedException {
        Path installed = ProgramPath.find(LLAMA_SERVER, config.environment()).orElse(null);
        EmbeddedEngine embedded = config.embeddedEngine();
        List<String> program;
        if (installed != null) {
            program = List.of(installed.toString());
        } else if (embedded != null) {
            program = embedded.launchCommand();
        } else {
            throw missing(spec.backend(), LLAMA_SERVER);
        }
        return new Launch(
                installed != null ? LLAMA_SERVER : "the embedded engine",
                Stream.concat(program.stream(), command.arguments().stream()).toList(),
                named(spec, installed != null ? LLAMA_SERVER_OWN : Launch.HOST_AND_PORT, "--alias"),
                plan.environment(),
                installed != null ? Protection.LLAMA_ENVIRONMENT : Protection.STANDARD_INPUT,
                "/health",
                spec.slug(),
                null);
    }

    private Launch vllm(ReplicaSpec spec, EnginePlan plan, CheckedCommand command) throws LaunchRefusedException {
        Map<String, String> environment = new HashMap<>(plan.environment());
        return new Launch(
                command.program(),
                full(vllmProgram(spec, plan, command.program(), environment), command),
                named(spec, Launch.HOST_AND_PORT, "--served-model-name"),
                environment,
                Protection.VLLM_ENVIRONMENT,
                "/health",
                spec.slug(),
                null);
    }

    /** The program, from the environment of the version that is asked for. */
    private Path vllmProgram(ReplicaSpec spec, EnginePlan plan, String name, Map<String, String> environment)
            throws LaunchRefusedException {
        Path version = plan.version() == null ? null : config.vllmEnvironments().get(plan.version());
        if (version == null) {
            return located(spec, name);
        }
        Path programs = version.resolve("bin");
        Path program = programs.resolve(name);
        if (!Files.isExecutable(program)) {
            throw LaunchRefusedException.missing("vLLM " + plan.version()
                    + " is named by this platform's operator, but " + "its environment has no program `" + name + "`");
        }
        // What it compiles and starts itself comes from there, too.
        environment.put(
                "PATH",
                programs + File.pathSeparator + config.environment().getOrDefault("PATH", ProgramPath.FALLBACK));
        return program;
    }

    private Launch ollama(ReplicaSpec spec, EnginePlan plan) throws LaunchRefusedException {
        Map<String, String> environment = new HashMap<>(plan.environment());
        environment.put("OLLAMA_HOST", Launch.LOOPBACK_ADDRESS);
        environment.put(
                "OLLAMA_MODELS", config.environment().getOrDefault("OLLAMA_MODELS", EmbeddedEngine.HOME + "/ollama"));
        return new Launch(
                "ollama",
                List.of(located(spec, "ollama").toString(), "serve"),
                List.of(),
                environment,
                Protection.NONE,
                "/api/version",
                spec.modelName(),
                spec.modelName());
    }

    /** Answers tell the model's name to applications: the slug that they know, and no path. */
    private static List<String> named(ReplicaSpec spec, List<String> arguments, String flag) {
        return Stream.concat(arguments.stream(), Stream.of(flag, spec.slug())).toList();
    }

    private static List<String> full(Path program, CheckedCommand command) {
        List<String> full = new ArrayList<>();
        full.add(program.toString());
        full.addAll(command.beginning().subList(1, command.beginning().size()));
        full.addAll(command.arguments());
        return full;
    }

    private Path located(ReplicaSpec spec, String program) throws LaunchRefusedException {
        return ProgramPath.find(program, config.environment()).orElseThrow(() -> missing(spec.backend(), program));
    }

    private static LaunchRefusedException missing(String backend, String program) {
        return LaunchRefusedException.missing("backend " + backend + " needs the program `" + program
                + "` on this machine's PATH; install it, or choose another backend");
    }

    private static String shown(String path) {
        return path.length() > 300 ? path.substring(0, 300) + "…" : path;
    }
}
