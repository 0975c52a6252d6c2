package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.shell.Table;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.JsonNode;

/** {@code ik price list}. */
@Command(name = "list", description = "List what the tokens of a project's workloads cost, in US dollars per million.")
public final class ListPricesCommand extends LeafCommand {
    @Mixin
    private ProjectOption project = new ProjectOption();

    public ListPricesCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        try (ControlApi api = context.api()) {
            JsonNode prices = api.get(ApiPath.inProject(project.slug(context), "prices"));
            context.answer(prices, () -> show(prices));
        }
    }

    private void show(JsonNode prices) {
        if (prices.isEmpty()) {
            context.say("No prices.");
            return;
        }
        Table table = new Table()
                .whole("WORKLOAD")
                .number("INPUT")
                .number("CACHED")
                .number("OUTPUT")
                .text("SINCE");
        for (JsonNode price : prices) {
            String input = Facts.text(price, "input_per_million");
            String cached = Facts.text(price, "cached_input_per_million");
            table.row(
                    Facts.text(price, "workload_slug"),
                    input,
                    cached == null ? input : cached,
                    Facts.text(price, "output_per_million"),
                    Facts.when(price, "since", context.now()));
        }
        table.print(context.shell().out(), context.shell().outTerminal());
    }
}
