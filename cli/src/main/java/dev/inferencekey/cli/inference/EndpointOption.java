package dev.inferencekey.cli.inference;

import dev.inferencekey.DataClient;
import dev.inferencekey.cli.command.CommandContext;
import dev.inferencekey.cli.command.ProjectOption;
import java.time.Duration;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The workload to call. Filled by picocli on one thread. */
final class EndpointOption {
    private static final Duration RETRY = Duration.ofSeconds(5);

    @Parameters(index = "0", paramLabel = "SLUG", description = "Which workload.")
    private String slug = "";

    @Mixin
    private ProjectOption project = new ProjectOption();

    String slug() {
        return slug;
    }

    /** A client with the key of the environment. */
    DataClient client(CommandContext context) {
        return DataClient.builder()
                .environment(context.shell().environment())
                .baseUrl(context.server().toString())
                .project(project.slug(context))
                .retryFor(RETRY)
                .build();
    }
}
