package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.ReceiptText;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik token rotate} and {@code ik key rotate}. */
@Command(name = "rotate", description = "Give it a new secret, shown once.")
public final class RotateCredentialCommand extends CredentialCommand {
    @Option(
            names = "--overlap",
            paramLabel = "TIME",
            defaultValue = "0s",
            description = "For how long the old secret still works, such as 24h, up to 30d (default: not at all).")
    private Duration overlap = Duration.ZERO;

    public RotateCredentialCommand(CommandContext context, CredentialKind kind) {
        super(context, kind);
    }

    @Override
    String verb() {
        return "rotate";
    }

    @Override
    void run(ControlApi api, ApiPath path) {
        ObjectNode body = object().put("overlap_seconds", overlap.toSeconds());
        JsonNode credential = api.post(path, body);
        context.answer(credential, () -> {
            new CredentialScreen(context, kind)
                    .minted("Rotated " + kind.noun() + " " + Facts.shown(credential, "name"), credential);
            if (ReceiptText.isPartial(credential)) {
                context.say(ReceiptText.sentences(credential, context.now()).strip());
            }
        });
    }
}
