package dev.inferencekey.server.app;

import dev.inferencekey.server.domain.engine.EngineLists;
import dev.inferencekey.server.runtime.process.EmbeddedEngine;
import dev.inferencekey.server.runtime.process.ModelFolders;
import dev.inferencekey.server.runtime.process.ProcessDriverConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out at the start whether what the operator says about engines can hold. */
final class EngineSetUp {
    private EngineSetUp() {}

    /** @throws StartupException if a file or folder that was named can't be used; says which and why */
    static ProcessDriverConfig processes(PlatformConfig config, DataFolder folder) {
        EngineConfig engines = config.engines();
        engines.vllmEnvironments().forEach(EngineSetUp::requireVllm);
        return new ProcessDriverConfig(
                folder.root(),
                engines.isolation(),
                folder.engine(),
                models(engines, folder),
                lists(engines.flags()),
                engines.vllmEnvironments(),
                config.embeddedEngine().isEmpty() ? null : new EmbeddedEngine(config.embeddedEngine()),
                System.getenv(),
                engines.startTimeout(),
                ProcessDriverConfig.DEFAULT_STOP_GRACE);
    }

    static EngineLists lists(@Nullable Path file) {
        if (file == null) {
            return EngineLists.builtIn();
        }
        try {
            return EngineLists.builtIn().plus(Files.readString(file));
        } catch (IOException e) {
            throw new StartupException("the file of engine flags " + file + " can't be read", e);
        } catch (IllegalArgumentException e) {
            throw new StartupException("the file of engine flags " + file + ", " + e.getMessage(), e);
        }
    }

    private static ModelFolders models(EngineConfig engines, DataFolder folder) {
        Path own = folder.models();
        try {
            if (!Files.isDirectory(own)) {
                Files.createDirectories(own);
                // Engines read it as users of their own; the data folder around it stays closed.
                Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            if (engines.models().isEmpty()) {
                return new ModelFolders(List.of(own));
            }
            Path data = folder.root().toRealPath();
            for (Path entry : engines.models()) {
                requireApart(entry, data, own.toRealPath());
            }
        } catch (IOException e) {
            throw new StartupException("the folder " + own + " can't be made: " + e.getMessage(), e);
        }
        return new ModelFolders(engines.models());
    }

    /** Declarations name files in model folders, and must not name the platform's own. */
    private static void requireApart(Path entry, Path data, Path ownModels) {
        Path real;
        try {
            real = entry.toRealPath();
        } catch (IOException e) {
            throw new StartupException("the model folder " + entry + " does not exist, or can't be read", e);
        }
        if (data.startsWith(real) || (real.startsWith(data) && !real.startsWith(ownModels))) {
            throw new StartupException("the model folder " + entry
                    + " and the data folder must not hold each other: name a folder that holds models alone");
        }
    }

    private static void requireVllm(String version, Path environment) {
        if (!Files.isExecutable(environment.resolve("bin").resolve("vllm"))
                && !Files.isExecutable(environment.resolve("bin").resolve("vllm-omni"))) {
            throw new StartupException("the environment " + environment + " of vLLM " + version
                    + " has no program bin/vllm; install vLLM there, or leave it out");
        }
    }
}
