package dev.inferencekey.cli.workload;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ik workload show}. */
@Command(name = "show", description = "Show a workload and how it stands.")
public final class ShowWorkloadCommand extends LeafCommand {
    @Parameters(paramLabel = "SLUG", description = "Which.")
    private String slug = "";

    @Mixin
    private ProjectOption project = new ProjectOption();

    public ShowWorkloadCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        ApiPath path = ApiPath.inProject(project.slug(context), "workloads", slug);
        try (ControlApi api = context.apiForTokensToo()) {
            JsonNode workload = api.get(path);
            context.answer(workload, () -> new WorkloadScreen(context).show(workload));
        }
    }
}
