package dev.inferencekey.cli.up;

import java.nio.file.Path;

/**
 * How a platform is to be started.
 *
 * @param host the address to listen on
 * @param port the port to listen on, 0 for any free one
 * @param logLevel of the platform's own messages: error, warn, info, debug or trace
 */
public record LaunchSettings(Path dataFolder, String host, int port, String logLevel) {}
