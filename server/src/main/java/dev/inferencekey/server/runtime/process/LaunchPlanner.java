package dev.inferencekey.server.runtime.process;

import dev.inferencekey.server.domain.workload.EngineCommand;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns a declaration into a command. Thread-safe; looks at the file system and starts nothing.
 *
 * <p>Only the program that a backend stands for may be named, without a path: a declaration must not be a way to run anything else
 * on this machine.
 */
final class LaunchPlanner {
    static final Set<String> BACKENDS =
            Set.of("llamacpp", "vllm", "vllm-omni", "sglang", "stablediffusioncpp", "ollama");

    private static final String LLAMA_SERVER = "llama-server";
    private static final List<String> SGLANG_MODULE = List.of("-m", "sglang.launch_server");

    private final ProcessDriverConfig config;

    LaunchPlanner(ProcessDriverConfig config) {
        this.config = config;
    }

    Launch plan(ReplicaSpec spec) throws LaunchRefusedException {
        return switch (spec.backend()) {
            case "llamacpp" -> llamacpp(spec);
            case "vllm" -> vllm(spec, Set.of("vllm"));
            case "vllm-omni" -> vllm(spec, Set.of("vllm", "vllm-omni"));
            case "sglang" -> sglang(spec);
            case "stablediffusioncpp" -> {
                EngineCommand command = command(spec, Set.of("sd-server"));
                yield new Launch(
                        command.program(),
                        located(spec, command),
                        Launch.LISTEN_IP_AND_PORT,
                        Map.of(),
                        Protection.NONE,
                        "/",
                        false,
                        null);
            }
            case "ollama" -> ollama(spec);
            default -> throw new LaunchRefusedException("backend " + spec.backend() + " is not a program");
        };
    }

    private Launch llamacpp(ReplicaSpec spec) throws LaunchRefusedException {
        EngineCommand command = command(spec, Set.of(LLAMA_SERVER));
        requireModelFile(command);
        List<String> arguments =
                command.arguments().subList(1, command.arguments().size());
        Path installed = ProgramPath.find(LLAMA_SERVER, config.environment()).orElse(null);
        List<String> full = new ArrayList<>();
        Protection protection;
        if (installed != null) {
            full.add(installed.toString());
            protection = Protection.LLAMA_ENVIRONMENT;
        } else if (config.embeddedEngine() != null) {
            full.addAll(config.embeddedEngine().launchCommand());
            protection = Protection.STANDARD_INPUT;
        } else {
            throw missing(spec.backend(), LLAMA_SERVER);
        }
        full.addAll(arguments);
        return new Launch(
                installed == null ? "the embedded engine" : LLAMA_SERVER,
                full,
                Launch.HOST_AND_PORT,
                Map.of(),
                protection,
                "/health",
                false,
                null);
    }

    private Launch vllm(ReplicaSpec spec, Set<String> programs) throws LaunchRefusedException {
        EngineCommand command = command(spec, programs);
        return new Launch(
                command.program(),
                located(spec, command),
                Launch.HOST_AND_PORT,
                Map.of(),
                Protection.VLLM_ENVIRONMENT,
                "/health",
                true,
                null);
    }

    private Launch sglang(ReplicaSpec spec) throws LaunchRefusedException {
        EngineCommand command = spec.config().get("command") == null
                ? new EngineCommand(List.of("python3", "-m", "sglang.launch_server", "--model-path", spec.modelName()))
                : command(spec, Set.of("sglang", "python", "python3"));
        boolean python = command.program().startsWith("python");
        if (python
                && (command.arguments().size() < 3
                        || !command.arguments().subList(1, 3).equals(SGLANG_MODULE))) {
            throw new LaunchRefusedException(
                    "config.command must begin with `sglang` or `python3 -m sglang.launch_server`");
        }
        return new Launch(
                "sglang",
                located(spec, command),
                Launch.HOST_AND_PORT,
                Map.of(),
                Protection.NONE,
                "/health",
                true,
                null);
    }

    private Launch ollama(ReplicaSpec spec) throws LaunchRefusedException {
        EngineCommand command = new EngineCommand(List.of("ollama", "serve"));
        String models = config.environment().getOrDefault("OLLAMA_MODELS", EmbeddedEngine.HOME + "/ollama");
        return new Launch(
                "ollama",
                located(spec, command),
                List.of(),
                Map.of("OLLAMA_HOST", Launch.LOOPBACK_ADDRESS, "OLLAMA_MODELS", models),
                Protection.NONE,
                "/api/version",
                false,
                spec.modelName());
    }

    private static EngineCommand command(ReplicaSpec spec, Set<String> programs) throws LaunchRefusedException {
        if (!(spec.config().get("command") instanceof String line)) {
            throw new LaunchRefusedException("config.command is missing: backend " + spec.backend() + " runs it");
        }
        EngineCommand command;
        try {
            command = EngineCommand.parse(line);
        } catch (IllegalArgumentException e) {
            throw new LaunchRefusedException("config.command can't be run: " + e.getMessage());
        }
        if (!programs.contains(command.program())) {
            String names = String.join("` or `", programs.stream().sorted().toList());
            throw new LaunchRefusedException("config.command must begin with `" + names + "`, without a path: backend "
                    + spec.backend() + " runs nothing else");
        }
        return command;
    }

    private List<String> located(ReplicaSpec spec, EngineCommand command) throws LaunchRefusedException {
        Path program = ProgramPath.find(command.program(), config.environment()).orElse(null);
        if (program == null) {
            throw missing(spec.backend(), command.program());
        }
        List<String> full = new ArrayList<>(command.arguments());
        full.set(0, program.toString());
        return full;
    }

    private static LaunchRefusedException missing(String backend, String program) {
        return new LaunchRefusedException("backend " + backend + " needs the program `" + program
                + "` on this machine's PATH; install it, or choose another backend");
    }

    /** Found out here, since engines say it late and each in its own words. */
    private static void requireModelFile(EngineCommand command) throws LaunchRefusedException {
        String model = modelFile(command.arguments());
        if (model == null) {
            return;
        }
        boolean exists;
        try {
            Path file = Path.of(model);
            if (!file.isAbsolute()) {
                throw new LaunchRefusedException("config.command must give the model file `" + shown(model)
                        + "` with its full path: a model server runs in a folder of its own");
            }
            exists = Files.isReadable(file);
        } catch (InvalidPathException e) {
            exists = false;
        }
        if (!exists) {
            throw new LaunchRefusedException(
                    "the model file `" + shown(model) + "` does not exist on this machine, or can't be read");
        }
    }

    private static @Nullable String modelFile(List<String> arguments) {
        for (int i = 1; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if ((argument.equals("-m") || argument.equals("--model")) && i + 1 < arguments.size()) {
                return arguments.get(i + 1);
            }
            if (argument.startsWith("--model=")) {
                return argument.substring("--model=".length());
            }
        }
        return null;
    }

    private static String shown(String path) {
        return path.length() > 300 ? path.substring(0, 300) + "…" : path;
    }
}
