package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.shell.Table;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code ik secret list}. */
@Command(name = "list", description = "List a project's secrets and the hosts that they are for; never their values.")
public final class ListSecretsCommand extends LeafCommand {
    @Mixin
    private ProjectOption project = new ProjectOption();

    public ListSecretsCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        Table table = new Table().whole("NAME").text("FOR").text("SET");
        try (ControlApi api = context.api()) {
            context.answerList(
                    api.wholeList(ApiPath.inProject(project.slug(context), "secrets")),
                    "No secrets.",
                    table,
                    (rows, secret) -> rows.row(
                            Facts.text(secret, "name"),
                            usableFor(secret),
                            Facts.when(secret, "updated_at", context.now())));
        }
    }

    private static String usableFor(JsonNode secret) {
        List<String> told = new ArrayList<>();
        secret.path("hosts").forEach(host -> told.add(host.asString()));
        if (secret.path("engines").asBoolean(false)) {
            told.add("engines");
        }
        return told.isEmpty() ? "nothing: set it again with --host" : String.join(", ", told);
    }
}
