package dev.inferencekey.cli.node;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code ik node drain}. */
@Command(
        name = "drain",
        description =
                "Let a node send its callers elsewhere: it reports itself as not ready, closes connections after their"
                        + " request, and ends what is under way in peace.")
public final class DrainNodeCommand extends LeafCommand {
    @Parameters(paramLabel = "NODE", description = "Its name or id.")
    private String node = "";

    @Option(names = "--undo", description = "Let it take callers again.")
    private boolean undo;

    public DrainNodeCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        try (ControlApi api = context.api()) {
            JsonNode answer = api.post(ApiPath.of("nodes", node, undo ? "resume" : "drain"), object());
            String name = Facts.shown(answer, "name");
            context.answer(
                    answer,
                    () -> context.say(
                            undo
                                    ? "Node " + name + " takes callers again."
                                    : "Node " + name
                                            + " sends its callers elsewhere. Stop it when its load balancer has"
                                            + " followed; `ik node drain " + name + " --undo` takes this back."));
        }
    }
}
