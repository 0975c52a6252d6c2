package dev.inferencekey.e2e.nodes;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A database that answers a second late: what do calls notice of it? */
final class SlowDatabase {
    private static final Duration EACH_WAY = Duration.ofMillis(500);

    private SlowDatabase() {}

    /**
     * Rounds of calls in turn with a quick and a slow database, so that a machine that is busy for a while slows both.
     *
     * @param requests of each kind in each round
     * @param most how many times as long calls may take with the slow one
     */
    static List<Figure> run(Nodes nodes, int rounds, int requests, double most) {
        Load.Call call = Nodes.chat("slow", nodes.key("slow"));
        List<Outcome> quick = new ArrayList<>();
        List<Outcome> slow = new ArrayList<>();
        for (int round = 0; round < rounds; round++) {
            quick.addAll(measure(nodes, call, requests));
            nodes.networks().forEach(network -> network.delay(EACH_WAY, EACH_WAY));
            slow.addAll(measure(nodes, call, requests));
            nodes.networks().forEach(network -> network.delay(Duration.ZERO, Duration.ZERO));
        }
        long failed = quick.stream().filter(Outcome::failed).count()
                + slow.stream().filter(Outcome::failed).count();
        double ratio = Millis.of(slow).quantile(0.5) / Millis.of(quick).quantile(0.5);
        String when = "database " + EACH_WAY.toMillis() + " ms away";
        return List.of(
                Figure.atMost(when + ": median latency of calls, against a near one", most, ratio, "×"),
                Figure.stated(
                        when + ": p99 latency of calls, against a near one",
                        Figure.number(Millis.of(slow).quantile(0.99)) + " ms, "
                                + Figure.number(Millis.of(quick).quantile(0.99)) + " ms"),
                Figure.none(when + ": failed calls", failed, (quick.size() + slow.size()) + " calls"));
    }

    private static List<Outcome> measure(Nodes nodes, Load.Call call, int requests) {
        try (Load load = Load.start(nodes.all(), call, 2, Duration.ofMillis(2))) {
            Until.more(load, requests);
            return load.stop();
        }
    }
}
