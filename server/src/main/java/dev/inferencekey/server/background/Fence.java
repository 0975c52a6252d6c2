package dev.inferencekey.server.background;

import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.node.NodePeers;
import dev.inferencekey.server.ports.node.NodePeers.Answer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * Says whether this node may go on running what was placed on it.
 *
 * <p>Notes. It may for as long as its lease runs: until then nobody starts the same elsewhere. Once the lease has run out, somebody may, unless
 * the store is away for everyone: then nobody can decide anything, and ending model servers would only make an outage of the store one of all
 * workloads. So a node that is cut off asks every other one that could decide, as it knew them last. If each says that it is cut off
 * too, this one goes on, and asks again; a single one that reaches the store, or does not answer, means that it has to stop.
 */
final class Fence {
    private final Membership membership;
    private final Supplier<NodePeers> peers;

    Fence(Membership membership, Supplier<NodePeers> peers) {
        this.membership = membership;
        this.peers = peers;
    }

    /** Returns soon, but not at once if this node is cut off. */
    boolean mayRun() {
        if (membership.holdsLease()) {
            return true;
        }
        NodePeers asked = peers.get();
        List<CompletableFuture<Answer>> answers = membership.live().stream()
                .filter(node -> !node.id().equals(membership.id()))
                .filter(node -> node.declared().role().servesControlPlane())
                .map(node -> ask(asked, node))
                .toList();
        return answers.stream().allMatch(answer -> answer.join() == Answer.CUT_OFF);
    }

    private static CompletableFuture<Answer> ask(NodePeers peers, Node node) {
        String advertised = node.declared().advertised();
        return advertised == null ? CompletableFuture.completedFuture(Answer.UNKNOWN) : peers.askForLease(advertised);
    }
}
