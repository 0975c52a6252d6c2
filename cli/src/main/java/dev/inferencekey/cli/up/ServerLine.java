package dev.inferencekey.cli.up;

import dev.inferencekey.cli.command.DurationConverter;
import dev.inferencekey.cli.setting.SettingTable;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A server's command line as it reads once variables and file have joined it. Filled by picocli on one thread. */
@Command(name = "server")
final class ServerLine {
    @Mixin
    private ServerOptions options = new ServerOptions();

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The data folder (default: inferencekey in the user's data folder).")
    private @Nullable Path data;

    @Option(names = "--config", paramLabel = "FILE")
    private @Nullable Path config;

    ServerOptions options() {
        return options;
    }

    @Nullable
    Path data() {
        return data;
    }

    @Nullable
    Path config() {
        return config;
    }

    /** Ready to read one. */
    CommandLine parser() {
        return new CommandLine(this)
                .registerConverter(Duration.class, new DurationConverter())
                .setExpandAtFiles(false);
    }

    /** All settings there are. */
    static SettingTable table() {
        return SettingTable.of(new ServerLine().parser().getCommandSpec());
    }
}
