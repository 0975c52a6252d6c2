package dev.inferencekey.cli.command;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What is said of how far a change that takes rights away has come: nothing, where there is one node. Stateless. */
public final class ReceiptText {
    private ReceiptText() {}

    /** Whether some node may go on as before the change, or it is not known. */
    public static boolean isPartial(JsonNode changed) {
        if (isUnconfirmed(changed)) {
            return true;
        }
        for (JsonNode node : changed.path("propagation").path("nodes")) {
            if ("may_serve_until".equals(Facts.text(node, "state"))) {
                return true;
            }
        }
        return false;
    }

    private static boolean isUnconfirmed(JsonNode changed) {
        return !changed.path("propagation").path("confirmed").asBoolean(true);
    }

    /** Sentences behind others, each with a space before it; empty if there is one node. */
    public static String sentences(JsonNode changed, Instant now) {
        if (isUnconfirmed(changed)) {
            return " It is stored, but not known to be in force on every node: one may go on as before until it hears of it.";
        }
        JsonNode nodes = changed.path("propagation").path("nodes");
        if (nodes.size() < 2) {
            return "";
        }
        List<String> acknowledged = new ArrayList<>();
        StringBuilder others = new StringBuilder();
        for (JsonNode node : nodes) {
            String name = Facts.shown(node, "node");
            switch (Facts.shown(node, "state")) {
                case "acknowledged" -> acknowledged.add(name);
                case "may_serve_until" ->
                    others.append(" Node ")
                            .append(name)
                            .append(" can't be reached: if it still runs, it may go on as before until ")
                            .append(Facts.shown(node, "may_serve_until"))
                            .append(" (")
                            .append(Facts.when(node, "may_serve_until", now))
                            .append(").");
                default -> others.append(" Node ").append(name).append(" can't be reached, and admits no call.");
            }
        }
        String known = acknowledged.size() == nodes.size()
                ? " In force on all " + nodes.size() + " nodes."
                : " In force on " + acknowledged.size() + " of " + nodes.size() + " nodes: "
                        + String.join(", ", acknowledged) + ".";
        return known + others;
    }
}
