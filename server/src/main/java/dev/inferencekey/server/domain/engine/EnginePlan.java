package dev.inferencekey.server.domain.engine;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a declaration asks of its engine, all of it allowed.
 *
 * @param command null for engines that have none
 * @param version of the engine's program, null for the one on the PATH
 * @param environment variables whose values stand in the declaration
 * @param secrets names of the project's secrets by the variables that carry them
 */
public record EnginePlan(
        @Nullable CheckedCommand command,
        @Nullable String version,
        Map<String, String> environment,
        Map<String, String> secrets) {
    public EnginePlan {
        environment = Map.copyOf(environment);
        secrets = Map.copyOf(secrets);
    }
}
