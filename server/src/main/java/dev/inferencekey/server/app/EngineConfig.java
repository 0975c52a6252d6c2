package dev.inferencekey.server.app;

import dev.inferencekey.server.runtime.isolation.EngineIsolation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How model servers are run on this machine, and what declarations may ask of them. Immutable; the {@code with…} methods give changed
 * copies.
 *
 * @param isolation how they are kept away from the platform's data
 * @param startTimeout how long one may take until it is ready, downloads included
 * @param models folders, and single files, in which declarations may name model files; the data folder's own {@code models} if there
 *     are none
 * @param flags a file with flags and variables that declarations may carry besides the built-in ones, null for none
 * @param vllmEnvironments virtual environments by the version of vLLM in them
 */
public record EngineConfig(
        EngineIsolation isolation,
        Duration startTimeout,
        List<Path> models,
        @Nullable Path flags,
        Map<String, Path> vllmEnvironments) {
    public EngineConfig {
        if (!startTimeout.isPositive()) {
            throw new IllegalArgumentException("the start timeout must be positive, was " + startTimeout);
        }
        models = List.copyOf(models);
        vllmEnvironments = Map.copyOf(vllmEnvironments);
    }

    public static EngineConfig defaults() {
        return new EngineConfig(EngineIsolation.AUTO, Duration.ofHours(1), List.of(), null, Map.of());
    }

    public EngineConfig withIsolation(EngineIsolation isolation) {
        return new EngineConfig(isolation, startTimeout, models, flags, vllmEnvironments);
    }

    public EngineConfig withStartTimeout(Duration startTimeout) {
        return new EngineConfig(isolation, startTimeout, models, flags, vllmEnvironments);
    }

    public EngineConfig withModels(List<Path> models) {
        return new EngineConfig(isolation, startTimeout, models, flags, vllmEnvironments);
    }

    public EngineConfig withFlags(@Nullable Path flags) {
        return new EngineConfig(isolation, startTimeout, models, flags, vllmEnvironments);
    }

    public EngineConfig withVllmEnvironments(Map<String, Path> environments) {
        return new EngineConfig(isolation, startTimeout, models, flags, environments);
    }
}
