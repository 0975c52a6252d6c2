package dev.inferencekey.cli.invitation;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.command.PublicId;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ik invite withdraw}. */
@Command(name = "withdraw", description = "Make the link of an invitation void.")
public final class WithdrawInvitationCommand extends LeafCommand {
    @Parameters(paramLabel = "ID", description = "Which, as `ik invite list` names it.")
    private String id = "";

    @Mixin
    private ProjectOption project = new ProjectOption();

    public WithdrawInvitationCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        String slug = project.slug(context);
        String invitation = PublicId.require(id, "ik invite list");
        try (ControlApi api = context.api()) {
            api.delete(ApiPath.inProject(slug, "invitations", invitation));
            context.answer(
                    object().put("withdrawn", true).put("id", invitation),
                    () -> context.say("Withdrew invitation " + invitation + " into " + slug + "."));
        }
    }
}
