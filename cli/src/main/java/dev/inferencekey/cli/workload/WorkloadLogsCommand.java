package dev.inferencekey.cli.workload;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ik workload logs}. */
@Command(name = "logs", description = "Show the last lines that a workload's model server wrote, on whichever node.")
public final class WorkloadLogsCommand extends LeafCommand {
    @Parameters(paramLabel = "SLUG", description = "Which.")
    private String slug = "";

    @Option(
            names = {"-n", "--lines"},
            paramLabel = "N",
            defaultValue = "100",
            description = "How many lines (default: ${DEFAULT-VALUE}).")
    private int lines;

    @Mixin
    private ProjectOption project = new ProjectOption();

    public WorkloadLogsCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        ApiPath path = ApiPath.inProject(project.slug(context), "workloads", slug, "logs")
                .with("lines", Integer.toString(lines));
        try (ControlApi api = context.apiForTokensToo()) {
            JsonNode logs = api.get(path);
            context.answer(logs, () -> show(logs));
        }
    }

    /** What is missing goes beside the lines and not among them: they may be read by a program. */
    private void show(JsonNode logs) {
        Facts.texts(logs, "lines").forEach(context::say);
        for (JsonNode missing : logs.path("missing")) {
            context.shell().err().println("ik: " + Facts.shown(missing, "message"));
        }
    }
}
