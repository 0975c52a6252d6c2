package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ik secret delete}. */
@Command(name = "delete", description = "Forget a secret.")
public final class DeleteSecretCommand extends LeafCommand {
    @Parameters(paramLabel = "NAME", description = "Which.")
    private String name = "";

    @Mixin
    private ProjectOption project = new ProjectOption();

    public DeleteSecretCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        String slug = project.slug(context);
        try (ControlApi api = context.api()) {
            api.delete(ApiPath.inProject(slug, "secrets", name));
            context.answer(
                    object().put("deleted", true).put("name", name),
                    () -> context.say("Deleted secret " + name + " of " + slug + "."));
        }
    }
}
