package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code ik token revoke}. */
@Command(name = "revoke", description = "Revoke it permanently, at once.")
public final class RevokeTokenCommand extends CredentialCommand {
    public RevokeTokenCommand(CommandContext context) {
        super(context, CredentialKind.TOKEN);
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
                () -> context.say("Revoked token " + Facts.shown(credential, "name") + " ("
                        + Facts.shown(credential, "id") + "). It can no longer be used."));
    }
}
