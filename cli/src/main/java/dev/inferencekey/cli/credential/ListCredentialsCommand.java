package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.LimitOption;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.shell.Table;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code ik token list} and {@code ik key list}. */
@Command(name = "list", description = "List them, without their secrets.")
public final class ListCredentialsCommand extends LeafCommand {
    private final CredentialKind kind;

    @Mixin
    private ProjectOption project = new ProjectOption();

    @Mixin
    private LimitOption limit = new LimitOption();

    public ListCredentialsCommand(CommandContext context, CredentialKind kind) {
        super(context);
        this.kind = kind;
    }

    @Override
    protected void run() {
        String slug = project.slug(context);
        Table table = new Table()
                .whole("ID")
                .text("NAME")
                .spare("PUBLIC ID")
                .text(kind.reach().toUpperCase(Locale.ROOT))
                .whole("STATE")
                .spare("EXPIRES")
                .text("LAST USED");
        try (ControlApi api = context.api()) {
            limit.answer(
                    context,
                    api,
                    ApiPath.inProject(slug, kind.segment()),
                    "No " + kind.noun() + "s in " + slug + ". Create one with `ik " + kind.noun() + " create`.",
                    table,
                    (rows, credential) -> rows.row(
                            Facts.text(credential, "id"),
                            Facts.text(credential, "name"),
                            Facts.text(credential, "public_id"),
                            Facts.list(credential, kind.reach()),
                            Facts.text(credential, "state"),
                            Facts.when(credential, "expires_at", context.now()),
                            Facts.when(credential, "last_used_at", context.now())));
        }
    }
}
