package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.node.NodePeers;
import dev.inferencekey.server.ports.node.NodePeers.Answer;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Says whether this node may go on running what was placed on it.
 *
 * <p>Notes. It may for as long as its lease runs: until then nobody starts the same elsewhere. Once the lease has run out, somebody may, unless
 * the store is away for everyone: then nobody can decide anything, and ending model servers would only make an outage of the store one of all
 * workloads. So a node that does not reach the store asks every other one that could decide, as it knew them last. If each says that it
 * decides nothing now, this one goes on, and asks again; a single one that does means that it has to stop. So does one that does not
 * answer, but that is given a second: the asking begins long before the lease ends, so who is gone is known by then, and who is only busy is
 * not taken for gone. See {@link Reconciler#decidesOnOthers}.
 *
 * <p>Confined to one thread.
 */
final class Fence {
    private static final Duration SILENCE = Duration.ofSeconds(1);

    private final Membership membership;
    private final Supplier<NodePeers> peers;
    private final LongSupplier ticker;
    /** Since when the nodes, by id, that do not answer have not. */
    private final Map<String, Long> silentSince = new HashMap<>();

    /** @param ticker monotonic nanoseconds, from any origin */
    Fence(Membership membership, Supplier<NodePeers> peers, LongSupplier ticker) {
        this.membership = membership;
        this.peers = peers;
        this.ticker = ticker;
    }

    /** Returns soon, but not at once while the store is not reached. To be asked again and again. */
    boolean mayRun() {
        if (membership.reachesStore()) {
            silentSince.clear();
            return true;
        }
        NodePeers asked = peers.get();
        Map<String, CompletableFuture<Answer>> answers = new LinkedHashMap<>();
        membership.live().stream()
                .filter(node -> !node.id().equals(membership.id()))
                .filter(node -> node.declared().role().servesControlPlane())
                .forEach(node -> answers.put(node.id(), ask(asked, node)));
        silentSince.keySet().retainAll(answers.keySet());
        boolean stops = false;
        for (Map.Entry<String, CompletableFuture<Answer>> each : answers.entrySet()) {
            switch (each.getValue().join()) {
                case DECIDES_NOTHING -> silentSince.remove(each.getKey());
                case DECIDES -> stops = true;
                case UNKNOWN -> {
                    long now = ticker.getAsLong();
                    silentSince.putIfAbsent(each.getKey(), now);
                    stops |= now - silentSince.getOrDefault(each.getKey(), now) >= SILENCE.toNanos();
                }
            }
        }
        return !stops || membership.holdsLease();
    }

    private static CompletableFuture<Answer> ask(NodePeers peers, Node node) {
        String advertised = node.declared().advertised();
        return advertised == null
                ? CompletableFuture.completedFuture(Answer.UNKNOWN)
                : peers.askWhetherItDecides(advertised);
    }
}
