package dev.inferencekey.cli.history;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.LimitOption;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.shell.Table;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code ik audit}. */
@Command(name = "audit", description = "Show who did what, newest first.")
public final class AuditCommand extends LeafCommand {
    @Option(names = "--action", paramLabel = "ACTION", description = "Only this, such as key.created.")
    private @Nullable String action;

    @Option(names = "--everything", description = "Of all projects, even if $$INFERENCEKEY_PROJECT names one.")
    private boolean everything;

    @Mixin
    private ProjectOption project = new ProjectOption();

    @Mixin
    private LimitOption limit = new LimitOption();

    public AuditCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        String slug = everything ? null : project.given(context);
        ApiPath path = slug == null ? ApiPath.of("audit") : ApiPath.inProject(slug, "audit");
        if (action != null) {
            path = path.with("action", action);
        }
        Table table = new Table()
                .whole("WHEN")
                .text("WHO")
                .whole("WHAT")
                .text("ON")
                .spare("PROJECT")
                .spare("FROM");
        try (ControlApi api = context.api()) {
            limit.answer(
                    context,
                    api,
                    path,
                    "Nothing was recorded.",
                    table,
                    (rows, event) -> rows.row(
                            Facts.when(event, "at", context.now()),
                            Facts.text(event, "actor"),
                            Facts.text(event, "action"),
                            Facts.text(event, "target"),
                            Facts.text(event, "project_slug"),
                            Facts.text(event, "from")));
        }
    }
}
