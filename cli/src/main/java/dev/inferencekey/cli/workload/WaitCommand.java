package dev.inferencekey.cli.workload;

import dev.inferencekey.EndpointRef;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.Readiness;
import dev.inferencekey.WaitOptions;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.LeafCommand;
import dev.inferencekey.cli.command.ProjectOption;
import dev.inferencekey.cli.shell.DurationText;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ik wait}. */
@Command(name = "wait", description = "Wait until a workload serves.")
public final class WaitCommand extends LeafCommand {
    @Parameters(paramLabel = "SLUG", description = "Which workload.")
    private String slug = "";

    @Option(
            names = "--timeout",
            paramLabel = "TIME",
            defaultValue = "30m",
            description = "For how long (default: 30m).")
    private Duration timeout = WaitOptions.DEFAULT_TIMEOUT;

    @Mixin
    private TokenOption token = new TokenOption();

    @Mixin
    private ProjectOption project = new ProjectOption();

    public WaitCommand(CommandContext context) {
        super(context);
    }

    @Override
    protected void run() {
        EndpointRef endpoint = new EndpointRef(project.slug(context), slug);
        try (ManagementClient client = token.client(context, endpoint.projectSlug())) {
            Readiness ready = new ReadinessScreen(context).await(client, endpoint, timeout);
            context.answer(
                    object().put("project", endpoint.projectSlug())
                            .put("slug", endpoint.workloadSlug())
                            .put("phase", ready.phase())
                            .put("message", ready.message())
                            .put("elapsed_ms", ready.elapsed().toMillis()),
                    () -> context.say(endpoint + " is ready (" + DurationText.precise(ready.elapsed()) + ")."));
        }
    }
}
