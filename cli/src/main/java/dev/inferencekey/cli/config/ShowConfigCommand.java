package dev.inferencekey.cli.config;

import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.setting.Origin;
import dev.inferencekey.cli.setting.ResolvedSettings;
import dev.inferencekey.cli.shell.Table;
import dev.inferencekey.cli.up.ServerConfiguration;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Unmatched;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik config show}. */
@Command(
        name = "show",
        description = "Show each setting, its value (secrets hidden) and where it comes from. Takes every option of"
                + " `ik server`.")
public final class ShowConfigCommand extends LeafCommand {
    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration file (default: $$INFERENCEKEY_CONFIG, else none).")
    private @Nullable Path config;

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    public ShowConfigCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        ServerConfiguration configuration = ServerConfiguration.of(context, arguments, config);
        Notes.print(context, configuration);
        ObjectNode document = object();
        ArrayNode settings = document.putArray("settings");
        Table table = new Table().whole("SETTING").text("VALUE").whole("FROM");
        for (ResolvedSettings.Value value : configuration.resolved().values()) {
            settings.add(json(value));
            table.row(
                    value.setting().name(),
                    value.origin() instanceof Origin.Default
                            ? value.setting().defaultText()
                            : String.join(", ", value.shown()),
                    value.origin().toString());
        }
        context.answer(
                document,
                () -> table.print(context.shell().out(), context.shell().outTerminal()));
    }

    private static ObjectNode json(ResolvedSettings.Value value) {
        ObjectNode row = object().put("name", value.setting().name());
        if (value.origin() instanceof Origin.Default) {
            row.putNull("value");
        } else if (value.setting().repeatable()) {
            value.shown().forEach(row.putArray("value")::add);
        } else {
            row.put("value", String.join("", value.shown()));
        }
        switch (value.origin()) {
            case Origin.Default _ ->
                row.put("source", "default").put("default", value.setting().defaultText());
            case Origin.Flag _ -> row.put("source", "flag");
            case Origin.Variable variable -> row.put("source", "variable").put("variable", variable.name());
            case Origin.Line line ->
                row.put("source", "file").put("file", line.file().toString()).put("line", line.line());
        }
        return row;
    }
}
