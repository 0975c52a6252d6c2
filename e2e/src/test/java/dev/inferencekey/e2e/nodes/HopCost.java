package dev.inferencekey.e2e.nodes;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the way over another node costs a call: the same call at the node that runs the model server and at another one, in turn. */
final class HopCost {
    private static final double MOST = 1.3;
    private static final Duration LONGEST = Duration.ofSeconds(10);

    private HopCost() {}

    /**
     * Runs.
     *
     * @param millis how long the model server takes; 0 for one that answers at once
     * @param warmUp calls on each way that are not measured, since code is compiled meanwhile
     * @param calls on each way that are
     */
    static List<Figure> run(Nodes nodes, int millis, int warmUp, int calls) throws IOException {
        String slug = "hop-" + millis;
        nodes.simulated(slug, Map.of("ttft_ms", millis, "tokens_per_second", 1_000_000, "output_tokens", 64));
        Load.Call call = Load.Call.chat(Nodes.PROJECT, slug, slug, nodes.key(slug));
        for (Node node : nodes.all()) {
            Until.holds(node + " serves it", () -> Load.once(node, call, false).whole());
        }
        Node home = nodes.home(slug);
        Node other =
                nodes.all().stream().filter(node -> node != home).findFirst().orElseThrow();
        List<Double> direct = new ArrayList<>();
        List<Double> hopped = new ArrayList<>();
        try (NodeConnection toHome = new NodeConnection(home.url(), LONGEST);
                NodeConnection toOther = new NodeConnection(other.url(), LONGEST)) {
            for (int i = -warmUp; i < calls; i++) {
                double first = ask(toHome, call);
                double second = ask(toOther, call);
                if (i >= 0) {
                    direct.add(first);
                    hopped.add(second);
                }
            }
        }
        double here = new Millis(direct).quantile(0.5);
        double over = new Millis(hopped).quantile(0.5);
        String when = "call over another node, of a model that "
                + (millis == 0 ? "answers at once" : "takes " + millis + " ms");
        String added = Math.round(1_000 * (over - here)) + " µs more than " + Math.round(1_000 * here) + " µs, of "
                + calls + " calls each";
        return List.of(
                // Two more ways through sockets and TLS take their time; the less a model server takes, the larger is
                // their share.
                millis == 0
                        ? Figure.stated(when + ": median time, against a direct one", Figure.number(over / here) + " ×")
                        : Figure.atMost(when + ": median time, against a direct one", MOST, over / here, "×"),
                Figure.stated(when + ": what is added", added));
    }

    private static double ask(NodeConnection connection, Load.Call call) throws IOException {
        long begun = System.nanoTime();
        Reply reply = connection.post(call.path(), call.credential(), "hop", call.json(false));
        if (reply.status() != 200) {
            throw new AssertionError("a call was answered " + reply.status() + " " + reply.body());
        }
        return (System.nanoTime() - begun) / 1e6;
    }
}
