package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik token create}. */
@Command(name = "create", description = "Create an SDK token. Its secret is shown once.")
public final class CreateTokenCommand extends LeafCommand {
    @Option(names = "--name", paramLabel = "NAME", required = true, description = "What it is for, such as deploy.")
    private String name = "";

    @Option(
            names = "--scope",
            paramLabel = "SCOPE",
            description = "workload:read, workload:write or assignment:write. Can be repeated (default: the last two).")
    private List<String> scopes = List.of();

    @Mixin
    private ExpiryOption expiry = new ExpiryOption();

    @Mixin
    private ProjectOption project = new ProjectOption();

    public CreateTokenCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        String slug = project.slug(context);
        ObjectNode body = object().put("name", name);
        if (!scopes.isEmpty()) {
            ArrayNode array = body.putArray("scopes");
            scopes.forEach(array::add);
        }
        expiry.addTo(body, context);
        try (ControlApi api = context.api()) {
            JsonNode token = api.post(ApiPath.inProject(slug, CredentialKind.TOKEN.segment()), body);
            context.answer(
                    token,
                    () -> new CredentialScreen(context, CredentialKind.TOKEN)
                            .minted("Created token " + Facts.shown(token, "name"), token));
        }
    }
}
