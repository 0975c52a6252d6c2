package dev.inferencekey.cli.project;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.Facts;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code ik price set}. */
@Command(
        name = "set",
        description = "Say what a workload's tokens cost from now on, in US dollars per million. "
                + "What was used before keeps its cost; the workload need not exist yet.")
public final class SetPriceCommand extends LeafCommand {
    @Parameters(paramLabel = "WORKLOAD", description = "Its slug.")
    private String workload = "";

    @Option(
            names = "--input",
            paramLabel = "USD",
            required = true,
            description = "A million tokens read, such as 0.15.")
    private String input = "";

    @Option(
            names = "--cached-input",
            paramLabel = "USD",
            description = "A million tokens read from a cache (default: as --input).")
    private @Nullable String cachedInput;

    @Option(names = "--output", paramLabel = "USD", required = true, description = "A million tokens written.")
    private String output = "";

    @Mixin
    private ProjectOption project = new ProjectOption();

    public SetPriceCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        String slug = project.slug(context);
        ObjectNode wanted = object().put("input_per_million", input).put("output_per_million", output);
        if (cachedInput != null) {
            wanted.put("cached_input_per_million", cachedInput);
        }
        try (ControlApi api = context.api()) {
            JsonNode price = api.put(ApiPath.inProject(slug, "prices", workload), wanted);
            String cached = Facts.text(price, "cached_input_per_million");
            context.answer(
                    price,
                    () -> context.say(workload + " costs $" + Facts.shown(price, "input_per_million")
                            + " per million tokens read"
                            + (cached == null ? "" : " ($" + cached + " from a cache)")
                            + " and $" + Facts.shown(price, "output_per_million") + " per million written."));
        }
    }
}
