package dev.inferencekey.cli.up;

/** Starts the platform in this process. */
@FunctionalInterface
public interface PlatformLauncher {
    /**
     * Starts it; returns once it answers.
     *
     * @throws RuntimeException with a message of one sentence, if it cannot start
     */
    RunningPlatform start(LaunchSettings settings);
}
