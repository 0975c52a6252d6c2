package dev.inferencekey.e2e.nodes;

import dev.inferencekey.e2e.Http.Answer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.JsonNode;

/**
 * Keys that are in use on all nodes are revoked at one of them: is any call admitted that was sent after the answer, on a node that the receipt
 * calls acknowledged, or on another one after the time that the receipt names for it?
 */
final class Revocations {
    /** Keys that are revoked at the same time. */
    private static final int AT_ONCE = 4;

    /** Calls on each node after the receipt. */
    private static final int CALLS_AFTER = 5;

    private static final Duration PAUSE = Duration.ofMillis(3);

    private final Nodes nodes;
    private final List<Key> keys = new ArrayList<>();
    private final List<Revoked> revoked = new CopyOnWriteArrayList<>();
    private int kills;

    private record Key(String id, String credential) {
        Load.Call call() {
            return Nodes.chat(id, credential);
        }
    }

    /** One that was revoked, with everything that was tried with it. */
    private record Revoked(Key key, Receipt receipt, List<Outcome> outcomes) {
        /** Admitted although sent after the receipt. */
        List<Outcome> admittedAfter() {
            return outcomes.stream()
                    .filter(outcome -> outcome.sentAt() > receipt.at() && outcome.status() == 200)
                    .toList();
        }
    }

    /** Mints so many keys, and sees each of them served on all nodes. */
    Revocations(Nodes nodes, int count) {
        this.nodes = nodes;
        for (int i = 0; i < count; i++) {
            JsonNode minted = nodes.mint("revoked-" + i);
            Key key = new Key(
                    minted.get("id").asString(), minted.get("credential").asString());
            for (Node node : nodes.all()) {
                Until.holds(
                        node + " knows a new key",
                        () -> Load.once(node, key.call(), false).whole());
            }
            keys.add(key);
        }
    }

    /** Revokes them all, at these nodes in turn. */
    Revocations revoke(Node... at) {
        AtomicInteger next = new AtomicInteger();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> revoking = new ArrayList<>();
            for (int i = 0; i < AT_ONCE; i++) {
                revoking.add(threads.submit(() -> {
                    for (int key = next.getAndIncrement(); key < keys.size(); key = next.getAndIncrement()) {
                        revoked.add(revoke(keys.get(key), at[key % at.length]));
                    }
                }));
            }
            for (Future<?> each : revoking) {
                each.get();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } catch (ExecutionException e) {
            throw new AssertionError("a revocation went wrong", e.getCause());
        }
        return this;
    }

    /** Revokes them all at the first node, while the others die one after the other. */
    Revocations revokeWhileOthersDie(Duration calm, Random random) {
        int kills = 0;
        try (ExecutorService thread = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<?> all = thread.submit(() -> revoke(nodes.get(0)));
            while (!all.isDone()) {
                Node victim = nodes.get(1 + random.nextInt(nodes.all().size() - 1));
                victim.kill();
                kills++;
                victim.start();
                Until.over(calm);
            }
            all.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        } catch (ExecutionException e) {
            throw new AssertionError("a revocation went wrong", e.getCause());
        }
        this.kills = kills;
        return this;
    }

    /** How many nodes died meanwhile. */
    int kills() {
        return kills;
    }

    private Revoked revoke(Key key, Node at) {
        List<Load> loads = new ArrayList<>();
        try {
            nodes.all().forEach(node -> loads.add(Load.startAt(node, key.call(), PAUSE)));
            loads.forEach(load -> Until.more(load, 2));
            long sentAt = System.nanoTime();
            Answer answer = at.http()
                    .post("/api/projects/" + Nodes.PROJECT + "/keys/" + key.id + "/revoke", at.operator(), "{}");
            long receivedAt = System.nanoTime();
            Receipt receipt = Receipt.of(answer.expect(200).json().get("propagation"), sentAt, receivedAt);
            loads.forEach(load -> Until.more(load, CALLS_AFTER));
            return new Revoked(
                    key,
                    receipt,
                    loads.stream().flatMap(load -> load.stop().stream()).toList());
        } finally {
            loads.forEach(Load::close);
        }
    }

    /** Waits until no node may serve any of them any longer, and tries them once more everywhere. */
    Revocations tryAgainAfterTheLastTimeNamed() {
        Instant last = revoked.stream()
                .flatMap(one -> one.receipt.mayServeUntil().values().stream())
                .max(Instant::compareTo)
                .orElse(Instant.EPOCH);
        Until.holds("the last time that a receipt names", () -> Instant.now().isAfter(last));
        revoked.replaceAll(one -> {
            List<Outcome> outcomes = new ArrayList<>(one.outcomes);
            nodes.all().forEach(node -> outcomes.add(Load.once(node, one.key.call(), false)));
            return new Revoked(one.key, one.receipt, outcomes);
        });
        return this;
    }

    /** How long receipts took. */
    Millis took() {
        return new Millis(revoked.stream().map(one -> one.receipt.took()).toList());
    }

    /**
     * The same as figures.
     *
     * @param most that 99 of 100 may take, milliseconds
     */
    List<Figure> receipts(String when, double most) {
        String of = " ms of " + revoked.size() + " receipts";
        double p99 = took().quantile(0.99);
        return List.of(
                new Figure(
                        "time to the receipt, " + when + ", p99",
                        "≤ " + Figure.number(most) + " ms",
                        Figure.number(p99) + of,
                        p99 <= most),
                Figure.stated("time to the receipt, " + when + ", p50", Figure.number(took().quantile(0.5)) + of),
                Figure.stated("time to the receipt, " + when + ", most", Figure.number(took().most()) + of));
    }

    /** What no receipt may have left open. */
    List<Figure> figures(String when) {
        long now = System.nanoTime();
        Instant wall = Instant.now();
        List<Outcome> acknowledged = new ArrayList<>();
        List<Outcome> beyond = new ArrayList<>();
        List<Outcome> within = new ArrayList<>();
        for (Revoked one : revoked) {
            for (Outcome outcome : one.admittedAfter()) {
                Instant until = one.receipt.mayServeUntil().get(outcome.node());
                if (one.receipt.acknowledged().contains(outcome.node())) {
                    acknowledged.add(outcome);
                } else if (until == null
                        || wall.minusNanos(now - outcome.sentAt()).isAfter(until)) {
                    beyond.add(outcome);
                } else {
                    within.add(outcome);
                }
            }
        }
        acknowledged.stream().limit(5).forEach(outcome -> System.err.println(when + ": " + outcome));
        beyond.stream().limit(5).forEach(outcome -> System.err.println(when + ": " + outcome));
        String of = revoked.size() + " revocations";
        List<Figure> figures = new ArrayList<>();
        if (!within.isEmpty()) {
            figures.add(Figure.stated(
                    when + ": admitted on a node cut off, within the time that the receipt names",
                    within.size() + " calls"));
        }
        figures.addAll(List.of(
                Figure.none(when + ": admitted after the receipt on acknowledged nodes", acknowledged.size(), of),
                Figure.none(when + ": admitted after what the receipt names for nodes cut off", beyond.size(), of)));
        return figures;
    }
}
