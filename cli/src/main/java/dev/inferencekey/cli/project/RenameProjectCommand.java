package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ik project rename}. */
@Command(name = "rename", description = "Give a project another name; its slug, which addresses hold, stays.")
public final class RenameProjectCommand extends LeafCommand {
    @Parameters(paramLabel = "SLUG", description = "Which.")
    private String slug = "";

    @Option(names = "--name", paramLabel = "NAME", required = true, description = "For people, such as Acme.")
    private String name = "";

    public RenameProjectCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        try (ControlApi api = context.api()) {
            JsonNode project = api.patch(ApiPath.of("projects", slug), object().put("name", name));
            context.answer(
                    project,
                    () -> context.say("Project " + Facts.shown(project, "slug") + " is now called "
                            + Facts.shown(project, "name") + "."));
        }
    }
}
