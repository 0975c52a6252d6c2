package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik project create}. */
@Command(name = "create", description = "Create a project.")
public final class CreateProjectCommand extends LeafCommand {
    @Option(names = "--name", paramLabel = "NAME", required = true, description = "For people, such as Acme.")
    private String name = "";

    @Option(names = "--slug", paramLabel = "SLUG", description = "For addresses (default: made from the name).")
    private @Nullable String slug;

    public CreateProjectCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        ObjectNode body = object().put("name", name);
        if (slug != null) {
            body.put("slug", slug);
        }
        try (ControlApi api = context.api()) {
            JsonNode project = api.post(ApiPath.of("projects"), body);
            context.answer(
                    project,
                    () -> context.say("Created project " + Facts.shown(project, "slug") + " ("
                            + Facts.shown(project, "id") + ")."));
        }
    }
}
