package dev.inferencekey.cli.workload;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.shell.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ik workload replicas}. */
@Command(name = "replicas", description = "Show a workload's model servers one by one.")
public final class ReplicasCommand extends LeafCommand {
    @Parameters(paramLabel = "SLUG", description = "Which.")
    private String slug = "";

    @Mixin
    private ProjectOption project = new ProjectOption();

    public ReplicasCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        ApiPath path = ApiPath.inProject(project.slug(context), "workloads", slug, "replicas");
        try (ControlApi api = context.apiForTokensToo()) {
            JsonNode replicas = api.get(path);
            context.answer(replicas, () -> show(replicas));
        }
    }

    private void show(JsonNode replicas) {
        if (replicas.isEmpty()) {
            context.say("No model server runs for " + slug + ". `ik workload show " + slug + "` says why.");
            return;
        }
        Table table = new Table()
                .whole("REPLICA")
                .text("NODE")
                .whole("STATE")
                .number("REQUESTS")
                .text("STARTED")
                .spare("SAYS");
        for (JsonNode replica : replicas) {
            table.row(
                    Facts.text(replica, "id"),
                    Facts.text(replica, "worker_id"),
                    Facts.text(replica, "state") + (replica.path("outdated").asBoolean() ? ", outdated" : ""),
                    Facts.text(replica, "requests"),
                    Facts.when(replica, "started_at", context.now()),
                    Facts.text(replica, "message"));
        }
        table.print(context.shell().out(), context.shell().outTerminal());
    }
}
