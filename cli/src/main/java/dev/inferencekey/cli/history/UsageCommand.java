package dev.inferencekey.cli.history;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.shell.DollarText;
import dev.inferencekey.cli.shell.Table;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code ik usage}. */
@Command(
        name = "usage",
        description = "Show what a project's workloads were asked, how many tokens it took, and what it cost.")
public final class UsageCommand extends LeafCommand {
    @Option(names = "--from", paramLabel = "TIME", description = "Begin: 7d (ago), 2026-06-01, or an RFC 3339 time.")
    private @Nullable String from;

    @Option(names = "--to", paramLabel = "TIME", description = "End, in the same forms (default: now).")
    private @Nullable String to;

    @Mixin
    private ProjectOption project = new ProjectOption();

    public UsageCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        ApiPath path = ApiPath.inProject(project.slug(context), "usage");
        if (from != null) {
            path = path.with(
                    "from", TimeOption.parse("--from", from, context.now()).toString());
        }
        if (to != null) {
            path = path.with("to", TimeOption.parse("--to", to, context.now()).toString());
        }
        try (ControlApi api = context.api()) {
            JsonNode usage = api.get(path);
            context.answer(usage, () -> show(usage));
        }
    }

    private void show(JsonNode usage) {
        if (usage.path("totals").isEmpty()) {
            context.say("No requests in this time.");
            return;
        }
        Table table = new Table()
                .whole("WORKLOAD")
                .text("KEY")
                .number("REQUESTS")
                .number("FAILED")
                .number("INPUT")
                .number("OUTPUT")
                .number("CACHED")
                .number("USD");
        for (JsonNode total : usage.path("totals")) {
            table.row(
                    Facts.text(total, "workload_slug"),
                    Facts.text(total, "key_id"),
                    Facts.text(total, "requests"),
                    Facts.text(total, "failed_requests"),
                    Facts.text(total, "input_tokens"),
                    Facts.text(total, "output_tokens"),
                    Facts.text(total, "cached_tokens"),
                    DollarText.of(Facts.text(total, "cost_usd")));
        }
        table.print(context.shell().out(), context.shell().outTerminal());
    }
}
