package dev.inferencekey.cli.invitation;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik invite create}. */
@Command(
        name = "create",
        description =
                "Make a link that lets a person into a project. It works once, for 7 days, and is shown this once.")
public final class CreateInvitationCommand extends LeafCommand {
    @Option(
            names = "--role",
            paramLabel = "ROLE",
            defaultValue = "developer",
            description = "owner, admin, developer or viewer (default: ${DEFAULT-VALUE}).")
    private String role = "";

    @Option(
            names = "--email",
            paramLabel = "EMAIL",
            description = "The one address that may use it (default: whoever opens it first).")
    private @Nullable String email;

    @Mixin
    private ProjectOption project = new ProjectOption();

    public CreateInvitationCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        String slug = project.slug(context);
        ObjectNode body = object().put("role", role);
        if (email != null) {
            body.put("email", email);
        }
        try (ControlApi api = context.api()) {
            JsonNode made = api.post(ApiPath.inProject(slug, "invitations"), body);
            context.answer(made, () -> new LinkScreen(context).show("Invitation into " + slug, made));
        }
    }
}
