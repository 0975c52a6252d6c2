package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.FactSheet;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ik project show}. */
@Command(name = "show", description = "Show a project.")
public final class ShowProjectCommand extends LeafCommand {
    @Parameters(paramLabel = "PROJECT", description = "Its slug or id.")
    private String project = "";

    public ShowProjectCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        try (ControlApi api = context.api()) {
            JsonNode found = api.get(ApiPath.inProject(project));
            context.answer(
                    found,
                    () -> new FactSheet("project " + Facts.shown(found, "slug"))
                            .add("name", Facts.text(found, "name"))
                            .add("id", Facts.text(found, "id"))
                            .add("created", Facts.when(found, "created_at", context.now()))
                            .print(context.shell().out(), context.shell().outTerminal()));
        }
    }
}
