package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.UsageException;
import picocli.CommandLine.Option;

/** The port to listen on. Filled by picocli on one thread. */
final class PortOption {
    static final String LOOPBACK = "127.0.0.1";

    private static final int HIGHEST = 65_535;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "Where to listen (default: 8080); 0 takes any free port.")
    private int port;

    int number() {
        if (port < 0 || port > HIGHEST) {
            throw new UsageException("--port must be between 0 and " + HIGHEST);
        }
        return port;
    }
}
