package dev.inferencekey.cli;

import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.GlobalOptions;
import dev.inferencekey.cli.shell.SystemShell;
import java.util.List;
import picocli.CommandLine;

/** The whole command line, to read and to parse with; nothing of it can be run. */
public final class AllCommands {
    private AllCommands() {}

    /** A new one: parsing leaves values behind. */
    public static CommandLine all() {
        return CommandTree.of(
                new CommandContext(SystemShell.open(), new GlobalOptions()),
                settings -> {
                    throw new AssertionError("no platform is due here");
                },
                List.of());
    }
}
