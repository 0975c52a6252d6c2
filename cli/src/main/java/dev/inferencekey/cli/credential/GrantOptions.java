package dev.inferencekey.cli.credential;

import dev.inferencekey.cli.api.UsageException;
import java.util.List;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What an API key may call. Filled by picocli on one thread. */
final class GrantOptions {
    @Option(
            names = {"-w", "--workload"},
            paramLabel = "SLUG",
            description = "A workload that the key may call, whether or not it exists yet. Can be repeated.")
    private List<String> workloads = List.of();

    @Option(names = "--all", description = "The key may call every workload of the project, later ones too.")
    private boolean all;

    boolean given() {
        return all || !workloads.isEmpty();
    }

    /** Adds the grants to a request. */
    void addTo(ObjectNode body, String project) {
        if (all == !workloads.isEmpty()) {
            throw new UsageException(
                    "say what the key may call: --workload SLUG (once or more), or --all for the whole project");
        }
        ArrayNode grants = body.putArray("grants");
        if (all) {
            grants.add(project + "/*");
        }
        workloads.forEach(workload -> grants.add(workload.contains("/") ? workload : project + "/" + workload));
    }
}
