package dev.inferencekey.cli.session;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.FactSheet;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code ik whoami}. */
@Command(name = "whoami", description = "Say who the server takes you for.")
public final class WhoamiCommand extends LeafCommand {
    public WhoamiCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        try (ControlApi api = context.apiForTokensToo()) {
            JsonNode caller = api.get(ApiPath.of("whoami"));
            context.answer(caller, () -> show(caller));
        }
    }

    private void show(JsonNode caller) {
        String publicId = Facts.text(caller, "public_id");
        String who = switch (Facts.shown(caller, "kind")) {
            case "operator" -> "the operator of this server";
            case "control_token" -> "SDK token ik_sdk_" + publicId + "…";
            case "human" -> Facts.shown(caller, "email");
            default -> Facts.shown(caller, "kind");
        };
        String roles = caller.path("roles")
                .propertyStream()
                .map(role -> role.getKey() + ": " + role.getValue().asString("-"))
                .collect(Collectors.joining(", "));
        new FactSheet(who)
                .add("server", context.server().toString())
                .addIfPresent("project", Facts.text(caller, "project_slug"))
                .addIfPresent("scopes", Facts.list(caller, "scopes"))
                .addIfPresent("roles", roles)
                .print(context.shell().out(), context.shell().outTerminal());
    }
}
