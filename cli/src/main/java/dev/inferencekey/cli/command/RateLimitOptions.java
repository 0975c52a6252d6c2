package dev.inferencekey.cli.command;

import dev.inferencekey.cli.api.UsageException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** How much a key or a workload may be used. Filled by picocli on one thread. */
public final class RateLimitOptions {
    private static final String REQUESTS = "requests_per_minute";
    private static final String TOKENS = "tokens_per_minute";
    private static final String CONCURRENT = "max_concurrent_requests";
    private static final String NONE = "none";

    @Option(names = "--rpm", paramLabel = "N", description = "The most requests per minute, or none for no limit.")
    private @Nullable String requests;

    @Option(
            names = "--tpm",
            paramLabel = "N",
            description = "The most tokens per minute, in and out, or none for no limit.")
    private @Nullable String tokens;

    @Option(
            names = "--concurrent",
            paramLabel = "N",
            description = "The most concurrent requests, or none for no limit.")
    private @Nullable String concurrent;

    public boolean given() {
        return requests != null || tokens != null || concurrent != null;
    }

    /** Sets those limits that were given; the others stay as they are. */
    public void change(ObjectNode limits) {
        change(limits, REQUESTS, "--rpm", requests);
        change(limits, TOKENS, "--tpm", tokens);
        change(limits, CONCURRENT, "--concurrent", concurrent);
    }

    private static void change(ObjectNode limits, String field, String option, @Nullable String given) {
        if (given == null) {
            return;
        }
        if (given.equals(NONE)) {
            limits.putNull(field);
            return;
        }
        try {
            int most = Integer.parseInt(given);
            if (most > 0) {
                limits.put(field, most);
                return;
            }
        } catch (NumberFormatException e) {
            // told below
        }
        throw new UsageException(option + " must be a whole number above 0, or " + NONE);
    }

    /** Limits as people read them, null if there are none. */
    public static @Nullable String text(JsonNode limits) {
        List<String> texts = new ArrayList<>();
        add(texts, limits, REQUESTS, " requests a minute");
        add(texts, limits, TOKENS, " tokens a minute");
        add(texts, limits, CONCURRENT, " at once");
        return texts.isEmpty() ? null : String.join(", ", texts);
    }

    /** How far limits hold that several nodes share, null where there is one node. */
    public static @Nullable String bound(JsonNode limits) {
        JsonNode bound = limits.path("bound");
        String nodes = Facts.text(bound, "nodes");
        String more = text(bound.path("each_cut_off_node_adds"));
        if (nodes == null || more == null) {
            return null;
        }
        String exact = "exactly over " + nodes + " nodes; one that is cut off adds at most " + more;
        String cutOff = Facts.text(bound, "cut_off_nodes");
        return cutOff == null || cutOff.equals("0")
                ? exact
                : exact + "; now " + cutOff + " cut off or gone: at most " + text(bound.path("at_most"));
    }

    private static void add(List<String> texts, JsonNode limits, String field, String unit) {
        String most = Facts.text(limits, field);
        if (most != null) {
            texts.add(most + unit);
        }
    }
}
