package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code ik token revoke} and {@code ik key revoke}. */
@Command(name = "revoke", description = "End it for good, at once.")
public final class RevokeCredentialCommand extends CredentialCommand {
    public RevokeCredentialCommand(CommandContext context, CredentialKind kind) {
        super(context, kind);
    }

    @Override
    String verb() {
        return "revoke";
    }

    @Override
    void run(ControlApi api, ApiPath path) {
        JsonNode credential = api.post(path, object());
        context.answer(
                credential,
                () -> context.say("Revoked " + kind.noun() + " " + Facts.shown(credential, "name") + " ("
                        + Facts.shown(credential, "id") + "). It is refused from now on, for good."));
    }
}
