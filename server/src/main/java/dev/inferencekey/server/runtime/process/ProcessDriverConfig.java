package dev.inferencekey.server.runtime.process;

import dev.inferencekey.server.domain.engine.EngineLists;
import dev.inferencekey.server.domain.engine.EngineRules;
import dev.inferencekey.server.runtime.isolation.EngineIsolation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How model servers are run.
 *
 * @param dataFolder the platform's data, which model servers never see
 * @param isolation how they are kept away from it
 * @param engineFolder where each replica gets a folder of its own; made if it is missing
 * @param models where declarations may name model files, which model servers may read
 * @param lists what declarations may say about engines
 * @param vllmEnvironments virtual environments by the version of vLLM in them, for {@code vllm_version}
 * @param embeddedEngine null if there is none
 * @param environment of the platform; model servers get the few variables of it that they need
 * @param startTimeout how long a model server may take until it is ready, downloads included
 * @param stopGrace how long one may take to end when it is asked to, before it is killed
 */
public record ProcessDriverConfig(
        Path dataFolder,
        EngineIsolation isolation,
        Path engineFolder,
        ModelFolders models,
        EngineLists lists,
        Map<String, Path> vllmEnvironments,
        @Nullable EmbeddedEngine embeddedEngine,
        Map<String, String> environment,
        Duration startTimeout,
        Duration stopGrace) {
    public static final Duration DEFAULT_START_TIMEOUT = Duration.ofHours(1);
    public static final Duration DEFAULT_STOP_GRACE = Duration.ofSeconds(5);

    public ProcessDriverConfig {
        dataFolder = dataFolder.toAbsolutePath().normalize();
        engineFolder = engineFolder.toAbsolutePath().normalize();
        vllmEnvironments = Map.copyOf(vllmEnvironments);
        environment = Map.copyOf(environment);
    }

    /** What declarations may ask of engines here. */
    public EngineRules rules() {
        return new EngineRules(lists, models, vllmEnvironments.keySet());
    }
}
