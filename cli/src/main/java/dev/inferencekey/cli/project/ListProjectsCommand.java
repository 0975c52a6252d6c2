package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.LimitOption;
import dev.inferencekey.cli.shell.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ik project list}. */
@Command(name = "list", description = "List the projects that you may see.")
public final class ListProjectsCommand extends LeafCommand {
    @Mixin
    private LimitOption limit = new LimitOption();

    public ListProjectsCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        Table table = new Table().whole("SLUG").text("NAME").spare("ID").text("CREATED");
        try (ControlApi api = context.api()) {
            limit.answer(
                    context,
                    api,
                    ApiPath.of("projects"),
                    "No projects. Create one with `ik project create --name NAME`.",
                    table,
                    (rows, project) -> rows.row(
                            Facts.text(project, "slug"),
                            Facts.text(project, "name"),
                            Facts.text(project, "id"),
                            Facts.when(project, "created_at", context.now())));
        }
    }
}
