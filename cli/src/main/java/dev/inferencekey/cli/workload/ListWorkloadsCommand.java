package dev.inferencekey.cli.workload;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.LimitOption;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.shell.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ik workload list}. */
@Command(name = "list", description = "List a project's workloads and how they stand.")
public final class ListWorkloadsCommand extends LeafCommand {
    @Mixin
    private ProjectOption project = new ProjectOption();

    @Mixin
    private LimitOption limit = new LimitOption();

    public ListWorkloadsCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        String slug = project.slug(context);
        Table table = new Table()
                .whole("SLUG")
                .text("BACKEND")
                .text("MODEL")
                .whole("STATUS")
                .whole("READY")
                .spare("CHANGED");
        try (ControlApi api = context.apiForTokensToo()) {
            limit.answer(
                    context,
                    api,
                    ApiPath.inProject(slug, "workloads"),
                    "No workloads in " + slug + ". Declare one with `ik ensure -f workload.yaml`.",
                    table,
                    (rows, workload) -> rows.row(
                            Facts.text(workload, "slug"),
                            Facts.text(workload, "backend"),
                            Facts.text(workload, "model_name"),
                            Facts.text(workload.path("status"), "phase"),
                            WorkloadScreen.replicas(workload),
                            Facts.when(workload, "updated_at", context.now())));
        }
    }
}
