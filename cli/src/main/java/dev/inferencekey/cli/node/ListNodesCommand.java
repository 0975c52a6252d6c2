package dev.inferencekey.cli.node;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.shell.Table;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;

/** {@code ik node list}. */
@Command(name = "list", description = "List the nodes that share the database, and how each is.")
public final class ListNodesCommand extends LeafCommand {
    public ListNodesCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        Table table = new Table()
                .whole("NAME")
                .whole("STATE")
                .text("ROLE")
                .text("VERSION")
                .number("LAG")
                .text("LAST HEARD OF")
                .text("MAY SERVE")
                .spare("STARTED")
                .spare("ID");
        try (ControlApi api = context.api()) {
            context.answerList(
                    api.wholeList(ApiPath.of("nodes")),
                    "No nodes.",
                    table,
                    (rows, node) -> rows.row(
                            Facts.text(node, "name"),
                            Facts.text(node, "state"),
                            Facts.text(node, "role"),
                            Facts.text(node, "version"),
                            Facts.text(node, "lag"),
                            Facts.when(node, "heartbeat_at", context.now()),
                            mayServe(node),
                            Facts.when(node, "started_at", context.now()),
                            Facts.text(node, "id")));
        }
    }

    /** Of lost nodes alone: live ones serve, of course. */
    private static String mayServe(JsonNode node) {
        String until = Facts.text(node, "may_serve_until");
        return until == null ? "" : "until " + until;
    }
}
