package dev.inferencekey.cli.invitation;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.shell.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ik invite list}. */
@Command(name = "list", description = "List the invitations into a project that nobody has accepted yet.")
public final class ListInvitationsCommand extends LeafCommand {
    @Mixin
    private ProjectOption project = new ProjectOption();

    public ListInvitationsCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        Table table =
                new Table().whole("ID").text("FOR").whole("ROLE").text("BY").text("EXPIRES");
        try (ControlApi api = context.api()) {
            context.answerList(
                    api.wholeList(ApiPath.inProject(project.slug(context), "invitations")),
                    "No open invitations.",
                    table,
                    (rows, invitation) -> {
                        String email = Facts.text(invitation, "email");
                        rows.row(
                                Facts.text(invitation, "id"),
                                email == null ? "anyone" : email,
                                Facts.text(invitation, "role"),
                                Facts.text(invitation, "created_by"),
                                Facts.when(invitation, "expires_at", context.now()));
                    });
        }
    }
}
