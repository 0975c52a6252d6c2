package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How the programs that serve models are run, and what declarations may ask of them. Filled by picocli on one thread. */
final class EngineOptions {
    private static final List<String> ISOLATIONS = List.of("auto", "user", "namespace", "landlock", "none");
    private static final Duration LONGEST_START = Duration.ofDays(7);

    @Option(
            names = "--models",
            paramLabel = "DIR",
            description = "A folder (or a single file) in which declarations may name model files; repeatable"
                    + " (default: models in the data folder).")
    private List<Path> models = new ArrayList<>();

    @Option(
            names = "--engine-flags",
            paramLabel = "FILE",
            description = "Flags and environment variables that declarations may carry besides the built-in ones;"
                    + " see docs/reference/engines.md.")
    private @Nullable Path flags;

    @Option(
            names = "--vllm-env",
            paramLabel = "VERSION=DIR",
            description = "A virtual environment with a vLLM that config.vllm_version may choose; repeatable.")
    private List<String> vllmEnvironments = new ArrayList<>();

    @Option(
            names = "--engine-isolation",
            paramLabel = "HOW",
            defaultValue = "auto",
            description =
                    "How model servers are kept away from the data folder: auto, user, namespace, landlock, or none;"
                            + " `ik doctor` tells what works here (default: auto).")
    private String isolation = "auto";

    @Option(
            names = "--engine-start-timeout",
            paramLabel = "TIME",
            description = "How long a model server may take until it is ready, downloads included (default: 1h).")
    private @Nullable Duration startTimeout;

    LaunchSettings.Engines settings() {
        if (!ISOLATIONS.contains(isolation)) {
            throw new UsageException("--engine-isolation must be one of " + String.join(", ", ISOLATIONS));
        }
        if (startTimeout != null && (!startTimeout.isPositive() || startTimeout.compareTo(LONGEST_START) > 0)) {
            throw new UsageException("--engine-start-timeout must be between 1s and 7d");
        }
        Map<String, Path> environments = new LinkedHashMap<>();
        for (String environment : vllmEnvironments) {
            int equals = environment.indexOf('=');
            if (equals < 1 || equals == environment.length() - 1) {
                throw new UsageException("--vllm-env must be a version and a folder, such as 0.11.0=/opt/vllm-0.11.0");
            }
            Path folder =
                    Path.of(environment.substring(equals + 1)).toAbsolutePath().normalize();
            if (environments.put(environment.substring(0, equals), folder) != null) {
                throw new UsageException("--vllm-env names version " + environment.substring(0, equals) + " twice");
            }
        }
        return new LaunchSettings.Engines(models, flags, environments, isolation, startTimeout);
    }
}
