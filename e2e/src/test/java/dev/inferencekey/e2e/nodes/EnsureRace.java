package dev.inferencekey.e2e.nodes;

import dev.inferencekey.ManagementClient;
import dev.inferencekey.WorkloadSpec;
import dev.inferencekey.e2e.Http;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Deploy scripts that all declare the same workloads at two nodes at the same time. */
final class EnsureRace {
    private static final int SCRIPTS = 8;
    private static final String PROJECT = "race";

    private EnsureRace() {}

    /**
     * Runs it, in a project of its own.
     *
     * @param calls of {@code ensure()} in all
     * @param slugs among which they go round
     */
    static List<Figure> run(Nodes nodes, int calls, int slugs) {
        nodes.post("/api/projects", Map.of("name", PROJECT, "slug", PROJECT)).expect(201);
        String token = nodes.post("/api/projects/" + PROJECT + "/tokens", Map.of("name", "deploy"))
                .expect(201)
                .json()
                .get("credential")
                .asString();
        Queue<String> failures = new ConcurrentLinkedQueue<>();
        AtomicInteger next = new AtomicInteger();
        List<Thread> scripts = new ArrayList<>();
        for (int i = 0; i < SCRIPTS; i++) {
            Node node = nodes.get(i % 2);
            scripts.add(Thread.ofVirtual().start(() -> deploy(node, token, calls, slugs, next, failures)));
        }
        join(scripts);
        failures.stream().limit(10).forEach(System.err::println);
        int there = Http.JSON
                .readTree(nodes.get(1)
                        .http()
                        .get(
                                "/api/projects/" + PROJECT + "/workloads",
                                nodes.get(1).operator())
                        .expect(200)
                        .body())
                .size();
        String when = "2 nodes, " + calls + " ensure() of " + slugs + " slugs";
        return List.of(
                new Figure(when + ": workloads", Integer.toString(slugs), Integer.toString(there), there == slugs),
                Figure.none(when + ": calls that failed", failures.size(), calls + " calls"));
    }

    private static void deploy(
            Node node, String token, int calls, int slugs, AtomicInteger next, Queue<String> failures) {
        // Nothing is tried again: whatever a server answers counts.
        try (ManagementClient management = ManagementClient.builder()
                .baseUrl(node.url().toString())
                .project(PROJECT)
                .token(token)
                .environment(Map.of())
                .retryFor(Duration.ZERO)
                .build()) {
            for (int i = next.getAndIncrement(); i < calls; i = next.getAndIncrement()) {
                try {
                    management.ensure(WorkloadSpec.builder()
                            .name("w-" + i % slugs)
                            .slug("w-" + i % slugs)
                            .backend("simulator")
                            .model("m")
                            .build());
                } catch (RuntimeException e) {
                    failures.add(node + ": " + e);
                }
            }
        }
    }

    private static void join(List<Thread> threads) {
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
