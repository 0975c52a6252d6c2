package dev.inferencekey.cli.workload;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.BudgetOptions;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.FactSheet;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.command.RateLimitOptions;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik workload limits}. */
@Command(
        name = "limits",
        description = "Show, or change, how much a workload may be called, and may cost, by all keys together.")
public final class WorkloadLimitsCommand extends LeafCommand {
    @Parameters(paramLabel = "SLUG", description = "Which.")
    private String slug = "";

    @Mixin
    private RateLimitOptions options = new RateLimitOptions();

    @Mixin
    private BudgetOptions budget = new BudgetOptions();

    @Mixin
    private ProjectOption project = new ProjectOption();

    public WorkloadLimitsCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        String projectSlug = project.slug(context);
        ApiPath path = ApiPath.inProject(projectSlug, "workloads", slug, "limits");
        ObjectNode wanted = object();
        options.change(wanted);
        try (ControlApi api = context.api()) {
            JsonNode limits = api.get(path);
            if (options.given()) {
                ObjectNode all = object();
                limits.propertyStream().forEach(limit -> all.set(limit.getKey(), limit.getValue()));
                all.setAll(wanted);
                limits = api.put(path, all);
            }
            ApiPath ofBudget = ApiPath.inProject(projectSlug, "workloads", slug, "budget");
            JsonNode spending = api.get(ofBudget);
            if (budget.given()) {
                ObjectNode all = object();
                budget.change(all, spending);
                spending = api.put(ofBudget, all);
            }
            if (limits instanceof ObjectNode object) {
                object.set("budget", spending);
            }
            JsonNode shown = limits;
            context.answer(shown, () -> {
                FactSheet sheet = new FactSheet("workload " + projectSlug + "/" + slug)
                        .add("limits", RateLimitOptions.text(shown))
                        .addIfPresent("limits hold", RateLimitOptions.bound(shown));
                BudgetOptions.addTo(sheet, shown.path("budget"), context.now());
                sheet.print(context.shell().out(), context.shell().outTerminal());
            });
        }
    }
}
