package dev.inferencekey.e2e.nodes;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;

/** A key's limits while callers on all nodes want many times as much: how much is let through, in any minute and at any moment? */
final class SharedLimits {
    private static final int CALLERS = 9;
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private SharedLimits() {}

    /**
     * Requests per minute.
     *
     * @param perSecond how much callers want, together
     * @param kills how many nodes die meanwhile
     */
    static List<Figure> perMinute(Nodes nodes, int limit, int perSecond, Duration time, int kills, Random random) {
        Load.Call call = limited(nodes, "rpm", Map.of("requests_per_minute", limit));
        List<Outcome> outcomes = load(
                nodes,
                call,
                CALLERS,
                Duration.ofNanos(TimeUnit.SECONDS.toNanos(CALLERS) / perSecond),
                time,
                kills,
                random);
        List<Outcome> admitted =
                outcomes.stream().filter(outcome -> outcome.status() == 200).toList();
        String when = "limit of " + limit + " requests a minute" + (kills > 0 ? ", " + kills + " kills" : "");
        int most = mostInAMinute(admitted);
        return List.of(
                new Figure(when + ": most admitted in any minute", "≤ " + limit, Integer.toString(most), most <= limit),
                Figure.stated(
                        when + ": admitted in all",
                        admitted.size() + " of " + outcomes.size() + " requests, in " + time.toSeconds() + " s"),
                Figure.none(
                        when + ": answers but 200 and 429", strange(outcomes, kills), outcomes.size() + " requests"));
    }

    /** Concurrent requests; a call takes so long. */
    static List<Figure> concurrent(Nodes nodes, int limit, Duration each, Duration time, int kills, Random random) {
        Load.Call call = limited(nodes, "concurrent", Map.of("max_concurrent_requests", limit));
        nodes.model().pace(each.dividedBy(16));
        try {
            var _ = nodes.model().mostActive();
            long begun = System.nanoTime();
            List<Outcome> outcomes = load(nodes, call, 4 * limit, Duration.ofMillis(20), time, kills, random);
            long fit = limit * (System.nanoTime() - begun) / each.toNanos();
            int most = nodes.model().mostActive();
            long served = outcomes.stream().filter(Outcome::whole).count();
            String when = "limit of " + limit + " concurrent requests" + (kills > 0 ? ", " + kills + " kills" : "");
            return List.of(
                    new Figure(
                            when + ": most at the model server", "≤ " + limit, Integer.toString(most), most <= limit),
                    Figure.stated(when + ": served", served + " of " + fit + " that fit"),
                    Figure.none(
                            when + ": answers but 200 and 429",
                            strange(outcomes, kills),
                            outcomes.size() + " requests"));
        } finally {
            nodes.model().pace(Duration.ZERO);
        }
    }

    private static Load.Call limited(Nodes nodes, String name, Map<String, Integer> limits) {
        JsonNode key = nodes.mint(name);
        Node first = nodes.get(0);
        first.http()
                .send(
                        "PATCH",
                        "/api/projects/" + Nodes.PROJECT + "/keys/"
                                + key.get("id").asString(),
                        first.operator(),
                        dev.inferencekey.e2e.Http.JSON.writeValueAsString(Map.of("limits", limits)))
                .expect(200);
        return Nodes.chat(name, key.get("credential").asString());
    }

    private static List<Outcome> load(
            Nodes nodes, Load.Call call, int callers, Duration pause, Duration time, int kills, Random random) {
        try (Load load = Load.start(nodes.all(), call, callers, pause)) {
            for (int kill = 0; kill < kills; kill++) {
                Until.over(time.dividedBy(kills + 1));
                Node victim = nodes.get(random.nextInt(nodes.all().size()));
                victim.kill();
                victim.start();
            }
            Until.over(time.dividedBy(kills + 1));
            return load.stop();
        }
    }

    /** What is neither served nor refused by the limit; a kill breaks off what it breaks off. */
    private static long strange(List<Outcome> outcomes, int kills) {
        List<Outcome> strange = outcomes.stream()
                .filter(outcome -> outcome.status() != 200 && outcome.status() != 429)
                .filter(outcome -> kills == 0 || outcome.status() != 0)
                .toList();
        strange.stream().limit(5).forEach(System.err::println);
        return strange.size();
    }

    /** How many were surely admitted within one minute: sent after its begin and answered before its end. */
    private static int mostInAMinute(List<Outcome> admitted) {
        int most = 0;
        for (Outcome first : admitted) {
            int count = 0;
            for (Outcome other : admitted) {
                if (other.sentAt() >= first.sentAt() && other.firstByteAt() <= first.sentAt() + MINUTE) {
                    count++;
                }
            }
            most = Math.max(most, count);
        }
        return most;
    }
}
