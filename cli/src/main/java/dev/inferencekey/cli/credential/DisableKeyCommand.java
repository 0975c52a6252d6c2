package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.ReceiptText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code ik key disable}. */
@Command(name = "disable", description = "Refuse it until it is enabled again.")
public final class DisableKeyCommand extends CredentialCommand {
    @Option(names = "--end-streams", description = "End its requests that are under way, too.")
    private boolean endStreams;

    public DisableKeyCommand(CommandContext context) {
        super(context, CredentialKind.KEY);
    }

    @Override
    String verb() {
        return "disable";
    }

    @Override
    void run(ControlApi api, ApiPath path) {
        JsonNode key = api.post(path, object().put("end_streams", endStreams));
        context.answer(
                key,
                () -> context.say("Disabled key " + Facts.shown(key, "name") + " (" + Facts.shown(key, "id")
                        + "). `enable` lets it in again." + EndedStreams.sentence(key)
                        + ReceiptText.sentences(key, context.now())));
    }
}
