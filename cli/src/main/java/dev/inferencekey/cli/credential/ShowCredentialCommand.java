package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code ik token show} and {@code ik key show}. */
@Command(name = "show", description = "Show one, without its secret.")
public final class ShowCredentialCommand extends CredentialCommand {
    public ShowCredentialCommand(CommandContext context, CredentialKind kind) {
        super(context, kind);
    }

    @Override
    void run(ControlApi api, ApiPath path) {
        JsonNode credential = kind == CredentialKind.KEY ? withBudget(api, path, api.get(path)) : api.get(path);
        context.answer(credential, () -> new CredentialScreen(context, kind).show(credential));
    }
}
