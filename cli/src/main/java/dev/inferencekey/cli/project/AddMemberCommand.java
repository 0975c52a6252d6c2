package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.command.SecretInput;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik member add}. */
@Command(name = "add", description = "Let a person into a project.")
public final class AddMemberCommand extends LeafCommand {
    @Parameters(paramLabel = "EMAIL", description = "Whom.")
    private String email = "";

    @Option(names = "--role", paramLabel = "ROLE", required = true, description = "owner, admin, developer or viewer.")
    private String role = "";

    @Option(
            names = "--password-stdin",
            description =
                    "Read a first password (12 characters or more) from standard input; due for a person who is new here.")
    private boolean passwordStdin;

    @Mixin
    private ProjectOption project = new ProjectOption();

    public AddMemberCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        ObjectNode body = object().put("email", email).put("role", role);
        String slug = project.slug(context);
        if (passwordStdin) {
            body.put("initial_password", SecretInput.read(context.shell(), "the first password"));
        }
        try (ControlApi api = context.api()) {
            JsonNode member = api.post(ApiPath.inProject(slug, "members"), body);
            context.answer(
                    member,
                    () -> context.say(Facts.shown(member, "email") + " is now " + Facts.shown(member, "role") + " in "
                            + slug + "."));
        }
    }
}
