package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.LimitOption;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.shell.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ik member list}. */
@Command(name = "list", description = "List who may do what in a project.")
public final class ListMembersCommand extends LeafCommand {
    @Mixin
    private ProjectOption project = new ProjectOption();

    @Mixin
    private LimitOption limit = new LimitOption();

    public ListMembersCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        Table table = new Table().whole("EMAIL").whole("ROLE").spare("USER ID").text("SINCE");
        try (ControlApi api = context.api()) {
            limit.answer(
                    context,
                    api,
                    ApiPath.inProject(project.slug(context), "members"),
                    "No members.",
                    table,
                    (rows, member) -> rows.row(
                            Facts.text(member, "email"),
                            Facts.text(member, "role"),
                            Facts.text(member, "user_id"),
                            Facts.when(member, "created_at", context.now())));
        }
    }
}
