package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ik member set-role}. */
@Command(name = "set-role", description = "Change what a person may do in a project.")
public final class SetRoleCommand extends LeafCommand {
    @Parameters(index = "0", paramLabel = "EMAIL", description = "Whom: e-mail address or user id.")
    private String member = "";

    @Parameters(index = "1", paramLabel = "ROLE", description = "owner, admin, developer or viewer.")
    private String role = "";

    @Mixin
    private ProjectOption project = new ProjectOption();

    public SetRoleCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        String slug = project.slug(context);
        try (ControlApi api = context.api()) {
            String userId = new MemberReference(member).userId(api, slug);
            JsonNode changed = api.patch(ApiPath.inProject(slug, "members", userId), object().put("role", role));
            context.answer(
                    changed,
                    () -> context.say(Facts.shown(changed, "email") + " is now " + Facts.shown(changed, "role") + " in "
                            + slug + "."));
        }
    }
}
