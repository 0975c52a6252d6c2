package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code ik price remove}. */
@Command(name = "remove", description = "Let a workload have no price from now on; what was spent stays.")
public final class RemovePriceCommand extends LeafCommand {
    @Parameters(paramLabel = "WORKLOAD", description = "Its slug.")
    private String workload = "";

    @Mixin
    private ProjectOption project = new ProjectOption();

    public RemovePriceCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        String slug = project.slug(context);
        try (ControlApi api = context.api()) {
            api.delete(ApiPath.inProject(slug, "prices", workload));
            context.answer(
                    object().put("removed", true).put("workload_slug", workload),
                    () -> context.say("Removed the price of " + workload + " in " + slug + "."));
        }
    }
}
