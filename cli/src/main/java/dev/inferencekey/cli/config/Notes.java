package dev.inferencekey.cli.config;

import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.up.ServerConfiguration;

/** What a person should look at, on standard error. Stateless and thread-safe. */
final class Notes {
    private Notes() {}

    static void print(CommandContext context, ServerConfiguration configuration) {
        if (!context.json()) {
            configuration.warnings().forEach(warning -> context.shell().err().println("ik: " + warning));
        }
    }
}
