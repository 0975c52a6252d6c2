package dev.inferencekey.cli.command;

import dev.inferencekey.cli.api.ApiPath;
import dev.inferencekey.cli.api.ControlApi;
import dev.inferencekey.cli.api.ControlApi.Listing;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.shell.Table;
import java.util.function.BiConsumer;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** How much of a list to show, and how lists are shown. Filled by picocli on one thread. */
public final class LimitOption {
    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Show at most N, from as many pages as it takes (default: ${DEFAULT-VALUE}).")
    private int limit;

    /**
     * Reads the list and answers with it.
     *
     * @param none what to say to people about an empty list
     * @param row adds one item to the table
     */
    public void answer(
            CommandContext context,
            ControlApi api,
            ApiPath path,
            String none,
            Table table,
            BiConsumer<Table, JsonNode> row) {
        if (limit < 1) {
            throw new UsageException("--limit must be at least 1");
        }
        Listing listing = api.list(path, limit);
        context.answerList(JsonMapper.shared().createArrayNode().addAll(listing.items()), none, table, row);
        // On standard error with --json too: a cut list must not look like the whole one.
        if (!listing.complete()) {
            context.shell().err().println("Showing the first " + limit + "; there are more (--limit).");
        }
    }
}
