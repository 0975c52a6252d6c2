package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.BudgetOptions;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.FactSheet;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik project limits}. */
@Command(name = "limits", description = "Show, or change, how much all calls within a project may spend together.")
public final class ProjectLimitsCommand extends LeafCommand {
    @Parameters(paramLabel = "PROJECT", description = "Its slug or id.")
    private String project = "";

    @Mixin
    private BudgetOptions budget = new BudgetOptions();

    @Option(
            names = "--unpriced-calls",
            paramLabel = "WHAT",
            description = "What becomes of calls under a budget that have no price: refuse (the default) or free.")
    private @Nullable String unpricedCalls;

    public ProjectLimitsCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        ApiPath path = ApiPath.inProject(project, "budget");
        try (ControlApi api = context.api()) {
            JsonNode present = api.get(path);
            if (budget.given() || unpricedCalls != null) {
                ObjectNode wanted = object();
                budget.change(wanted, present);
                if (unpricedCalls != null) {
                    wanted.put("unpriced_calls", unpricedCalls);
                }
                present = api.put(path, wanted);
            }
            JsonNode shown = present;
            context.answer(shown, () -> {
                FactSheet sheet = new FactSheet("project " + project);
                BudgetOptions.addTo(sheet, shown, context.now());
                sheet.add("unpriced calls", Facts.text(shown, "unpriced_calls"))
                        .print(context.shell().out(), context.shell().outTerminal());
            });
        }
    }
}
