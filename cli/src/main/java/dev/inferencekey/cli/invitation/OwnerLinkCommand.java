package dev.inferencekey.cli.invitation;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik owner-link}. */
@Command(
        name = "owner-link",
        description =
                "Make a link that makes an owner of the installation: for the first owner, another one, or one who lost "
                        + "the password. It works once, for 24 hours; an earlier one is void.")
public final class OwnerLinkCommand extends LeafCommand {
    @Option(
            names = "--email",
            paramLabel = "EMAIL",
            description =
                    "The one address that may use it. If it has an account, that gets a new password, so this works on "
                            + "the server's own machine only.")
    private @Nullable String email;

    public OwnerLinkCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        ObjectNode body = object();
        if (email != null) {
            body.put("email", email);
        }
        try (ControlApi api = context.apiForOperator()) {
            JsonNode made = api.post(ApiPath.of("owner-links"), body);
            context.answer(made, () -> new LinkScreen(context).show("Link for an owner of the installation", made));
        }
    }
}
