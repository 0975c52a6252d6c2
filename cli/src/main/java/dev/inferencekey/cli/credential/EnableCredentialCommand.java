package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code ik token enable} and {@code ik key enable}. */
@Command(name = "enable", description = "Let a disabled one in again.")
public final class EnableCredentialCommand extends CredentialCommand {
    public EnableCredentialCommand(CommandContext context, CredentialKind kind) {
        super(context, kind);
    }

    @Override
    String verb() {
        return "enable";
    }

    @Override
    void run(ControlApi api, ApiPath path) {
        JsonNode credential = api.post(path, object());
        context.answer(
                credential,
                () -> context.say("Enabled " + kind.noun() + " " + Facts.shown(credential, "name") + " ("
                        + Facts.shown(credential, "id") + ")."));
    }
}
