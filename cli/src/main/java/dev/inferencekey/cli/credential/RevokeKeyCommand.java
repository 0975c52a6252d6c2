package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.ReceiptText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code ik key revoke}. */
@Command(name = "revoke", description = "Revoke it permanently, at once, and end its requests under way.")
public final class RevokeKeyCommand extends CredentialCommand {
    @Option(names = "--keep-streams", description = "Let its requests that are under way finish.")
    private boolean keepStreams;

    public RevokeKeyCommand(CommandContext context) {
        super(context, CredentialKind.KEY);
    }

    @Override
    String verb() {
        return "revoke";
    }

    @Override
    void run(ControlApi api, ApiPath path) {
        JsonNode key = api.post(path, object().put("end_streams", !keepStreams));
        context.answer(
                key,
                () -> context.say("Revoked key " + Facts.shown(key, "name") + " (" + Facts.shown(key, "id")
                        + "). "
                        + (ReceiptText.isPartial(key)
                                ? "It can no longer be used, except on nodes that have not confirmed it yet."
                                : "It can no longer be used.")
                        + EndedStreams.sentence(key) + ReceiptText.sentences(key, context.now())));
    }
}
