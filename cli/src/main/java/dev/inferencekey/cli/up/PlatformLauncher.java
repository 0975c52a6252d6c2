package dev.inferencekey.cli.up;

import java.nio.file.Path;

/** Starts the platform in this process. */
@FunctionalInterface
public interface PlatformLauncher {
    /**
     * Starts it; returns once it answers.
     *
     * @param host the address to listen on
     * @param port the port to listen on, 0 for any free one
     * @throws RuntimeException with a message of one sentence, if it cannot start
     */
    RunningPlatform start(Path dataFolder, String host, int port);
}
