package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.shell.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ik secret list}. */
@Command(name = "list", description = "List the names of a project's secrets.")
public final class ListSecretsCommand extends LeafCommand {
    @Mixin
    private ProjectOption project = new ProjectOption();

    public ListSecretsCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        Table table = new Table().whole("NAME").text("SET");
        try (ControlApi api = context.api()) {
            context.answerList(
                    api.wholeList(ApiPath.inProject(project.slug(context), "secrets")),
                    "No secrets.",
                    table,
                    (rows, secret) ->
                            rows.row(Facts.text(secret, "name"), Facts.when(secret, "updated_at", context.now())));
        }
    }
}
