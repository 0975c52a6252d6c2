package dev.inferencekey.cli.session;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.shell.Table;
import picocli.CommandLine.Command;

/** {@code ik session list}. */
@Command(name = "list", description = "List where you are signed in.")
public final class ListSessionsCommand extends LeafCommand {
    public ListSessionsCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        Table table = new Table()
                .whole("ID")
                .whole("FROM")
                .text("PROGRAM")
                .text("SIGNED IN")
                .spare("LAST SEEN")
                .text("ENDS")
                .text("CURRENT");
        try (ControlApi api = context.apiForSignedIn()) {
            context.answerList(
                    api.wholeList(ApiPath.of("sessions")),
                    "You are signed in nowhere.",
                    table,
                    (rows, session) -> rows.row(
                            Facts.text(session, "id"),
                            Facts.text(session, "from"),
                            Facts.text(session, "user_agent"),
                            Facts.when(session, "created_at", context.now()),
                            Facts.when(session, "last_seen_at", context.now()),
                            Facts.when(session, "expires_at", context.now()),
                            session.path("current").asBoolean(false) ? "yes" : null));
        }
    }
}
