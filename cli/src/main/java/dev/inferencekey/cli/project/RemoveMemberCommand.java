package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ik member remove}. */
@Command(name = "remove", description = "Take a person out of a project.")
public final class RemoveMemberCommand extends LeafCommand {
    @Parameters(paramLabel = "EMAIL", description = "Whom: e-mail address or user id.")
    private String member = "";

    @Mixin
    private ProjectOption project = new ProjectOption();

    public RemoveMemberCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        String slug = project.slug(context);
        try (ControlApi api = context.api()) {
            String userId = new MemberReference(member).userId(api, slug);
            api.delete(ApiPath.inProject(slug, "members", userId));
            context.answer(
                    object().put("removed", true).put("user_id", userId),
                    () -> context.say(member + " is no longer in " + slug + "."));
        }
    }
}
