package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code ik token disable}. */
@Command(name = "disable", description = "Refuse it until it is enabled again.")
public final class DisableTokenCommand extends CredentialCommand {
    public DisableTokenCommand(CommandContext context) {
        super(context, CredentialKind.TOKEN);
    }

    @Override
    String verb() {
        return "disable";
    }

    @Override
    void run(ControlApi api, ApiPath path) {
        JsonNode credential = api.post(path, object());
        context.answer(
                credential,
                () -> context.say("Disabled token " + Facts.shown(credential, "name") + " ("
                        + Facts.shown(credential, "id") + "). `enable` lets it in again."));
    }
}
