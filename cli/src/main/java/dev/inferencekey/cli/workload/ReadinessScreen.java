package dev.inferencekey.cli.workload;

import dev.inferencekey.EndpointRef;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.Readiness;
import dev.inferencekey.WaitOptions;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.shell.DurationText;
import dev.inferencekey.cli.shell.ProgressLine;
import java.time.Duration;

/** Waits for a workload and shows how it gets on, on standard error. */
record ReadinessScreen(CommandContext context) {
    Readiness await(ManagementClient client, EndpointRef endpoint, Duration timeout) {
        WaitOptions options = WaitOptions.defaults().withTimeout(timeout).withProgressLine(false);
        if (context.json()) {
            return client.waitUntilReady(endpoint, options);
        }
        try (ProgressLine line =
                new ProgressLine(context.shell().err(), context.shell().errTerminal())) {
            return client.waitUntilReady(
                    endpoint,
                    options.withProgress(readiness ->
                            line.show(endpoint + ": " + readiness, DurationText.precise(readiness.elapsed()))));
        }
    }
}
