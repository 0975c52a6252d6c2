package dev.inferencekey.cli.config;

import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.setting.Origin;
import dev.inferencekey.cli.up.EmbeddedPlatform;
import dev.inferencekey.cli.up.ServerConfiguration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Unmatched;

/** {@code ik config check}. */
@Command(
        name = "check",
        description =
                "Check a configuration file, together with the environment, as `ik server` would; ends with 2 if it"
                        + " would be refused. Opens and starts nothing. Takes every option of `ik server`.")
public final class CheckConfigCommand extends LeafCommand {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "The configuration file (default: $$INFERENCEKEY_CONFIG).")
    private @Nullable Path file;

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    public CheckConfigCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        ServerConfiguration configuration = ServerConfiguration.of(context, arguments, file);
        Path read = configuration.file().orElseThrow(() -> new UsageException("name the configuration file to check"));
        try {
            EmbeddedPlatform.check(configuration.launch());
        } catch (UsageException e) {
            throw configuration.resolved().placed(String.valueOf(e.getMessage()));
        }
        Notes.print(context, configuration);
        long set = configuration.resolved().values().stream()
                .filter(value -> value.origin() instanceof Origin.Line)
                .count();
        context.answer(
                object().put("file", read.toString()).put("settings", set),
                () -> context.say(read + " is fine: " + set + (set == 1 ? " setting" : " settings")));
    }
}
