package dev.inferencekey.cli.history;

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

/** {@code ik usage reconcile}. */
@Command(
        name = "reconcile",
        description =
                "Compare what was metered for a workload with what its model servers counted themselves, and name each difference.")
public final class ReconcileCommand extends LeafCommand {
    @Parameters(paramLabel = "SLUG", description = "Which workload.")
    private String slug = "";

    @Mixin
    private ProjectOption project = new ProjectOption();

    public ReconcileCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        ApiPath path = ApiPath.inProject(project.slug(context), "workloads", slug, "reconciliation");
        try (ControlApi api = context.api()) {
            JsonNode found = api.get(path);
            context.answer(found, () -> show(found));
        }
    }

    private void show(JsonNode found) {
        if (found.path("replicas").isEmpty()) {
            context.say("No model server of " + slug
                    + " has been asked for its counters yet. It is asked once it is ready.");
            return;
        }
        context.say("From " + Facts.shown(found, "since") + " to " + Facts.shown(found, "until") + ", "
                + Facts.shown(found, "requests") + " requests:");
        Table sums = new Table().whole("").number("INPUT").number("OUTPUT");
        sums.row("Metered", tokens(found, "input_tokens", "metered"), tokens(found, "output_tokens", "metered"));
        sums.row("Counted", tokens(found, "input_tokens", "counted"), tokens(found, "output_tokens", "counted"));
        sums.row(
                "Unexplained",
                tokens(found, "input_tokens", "unexplained"),
                tokens(found, "output_tokens", "unexplained"));
        print(sums);
        if (!found.path("differences").isEmpty()) {
            context.say("");
            Table differences = new Table()
                    .whole("DIFFERENCE")
                    .number("INPUT")
                    .number("OUTPUT")
                    .number("REQUESTS");
            for (JsonNode difference : found.path("differences")) {
                differences.row(
                        Facts.text(difference, "reason"),
                        Facts.text(difference, "input_tokens"),
                        Facts.text(difference, "output_tokens"),
                        Facts.text(difference, "requests"));
            }
            print(differences);
            for (JsonNode difference : found.path("differences")) {
                context.say(Facts.shown(difference, "reason") + ": " + Facts.shown(difference, "message"));
            }
        }
        context.say("");
        Table replicas = new Table()
                .whole("REPLICA")
                .text("NODE")
                .text("ENGINE")
                .number("INPUT")
                .number("OUTPUT")
                .text("STARTED")
                .text("READ")
                .text("ENDED");
        for (JsonNode replica : found.path("replicas")) {
            replicas.row(
                    Facts.text(replica, "id"),
                    Facts.text(replica, "node"),
                    Facts.shown(replica, "engine"),
                    Facts.text(replica, "input_tokens"),
                    Facts.text(replica, "output_tokens"),
                    Facts.when(replica, "started_at", context.now()),
                    Facts.when(replica, "read_at", context.now()),
                    Facts.when(replica, "ended_at", context.now()));
        }
        print(replicas);
        context.say("");
        context.say(
                found.path("complete").asBoolean()
                        ? "The two fit: each difference has its reason."
                        : "The two do not fit, or can't be compared in full.");
    }

    private void print(Table table) {
        table.print(context.shell().out(), context.shell().outTerminal());
    }

    private static String tokens(JsonNode found, String kind, String side) {
        return Facts.shown(found.path(kind), side);
    }
}
