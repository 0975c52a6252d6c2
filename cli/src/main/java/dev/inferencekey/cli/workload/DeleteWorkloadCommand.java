package dev.inferencekey.cli.workload;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.command.ReceiptText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ik workload delete}. */
@Command(name = "delete", description = "Stop a workload and delete it.")
public final class DeleteWorkloadCommand extends LeafCommand {
    @Parameters(paramLabel = "SLUG", description = "Which.")
    private String slug = "";

    @Option(names = "--end-streams", description = "End requests under way, instead of letting them finish.")
    private boolean endStreams;

    @Mixin
    private ProjectOption project = new ProjectOption();

    public DeleteWorkloadCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        String projectSlug = project.slug(context);
        try (ControlApi api = context.apiForTokensToo()) {
            ApiPath path = ApiPath.inProject(projectSlug, "workloads", slug);
            JsonNode deleted = api.delete(endStreams ? path.with("end_streams", "true") : path);
            context.answer(
                    object().put("deleted", true).put("project", projectSlug).put("slug", slug),
                    () -> context.say("Deleted workload " + projectSlug + "/" + slug + "."
                            + ReceiptText.sentences(deleted, context.now())));
        }
    }
}
