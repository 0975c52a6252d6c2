package dev.inferencekey.cli.node;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code ik node remove}. */
@Command(
        name = "remove",
        description =
                "Forget a lost node that is known to be gone, so that receipts no longer say what it may be doing.")
public final class RemoveNodeCommand extends LeafCommand {
    @Parameters(paramLabel = "NODE", description = "Its name or id.")
    private String node = "";

    public RemoveNodeCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        try (ControlApi api = context.api()) {
            api.delete(ApiPath.of("nodes", node));
            context.answer(
                    object().put("removed", true).put("node", node),
                    () -> context.say("Node " + node + " is forgotten."));
        }
    }
}
