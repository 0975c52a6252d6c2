package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ReceiptText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ik project delete}. */
@Command(name = "delete", description = "Delete a project with its workloads, tokens and keys.")
public final class DeleteProjectCommand extends LeafCommand {
    @Parameters(paramLabel = "PROJECT", description = "Its slug or id.")
    private String project = "";

    @Option(names = "--yes", description = "Do it without asking back; needed on a terminal.")
    private boolean yes;

    @Option(names = "--end-streams", description = "End requests under way, instead of letting them finish.")
    private boolean endStreams;

    public DeleteProjectCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        if (!yes && context.shell().outTerminal().interactive()) {
            throw new UsageException("this stops the workloads of " + project
                    + " and revokes its tokens and keys permanently; add --yes to do it");
        }
        try (ControlApi api = context.api()) {
            ApiPath path = ApiPath.inProject(project);
            JsonNode deleted = api.delete(endStreams ? path.with("end_streams", "true") : path);
            context.answer(
                    object().put("deleted", true).put("project", project),
                    () -> context.say(
                            "Deleted project " + project + "." + ReceiptText.sentences(deleted, context.now())));
        }
    }
}
