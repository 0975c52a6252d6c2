package dev.inferencekey.server.manager.node;

import dev.inferencekey.server.domain.JsonFields;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.ServingNodes;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/** The nodes that share the store: how they are, and what is to become of them. Thread-safe. */
public final class NodeService {
    private final Store store;
    private final Membership membership;
    private final AuditTrail audit;

    public NodeService(Store store, Membership membership, AuditTrail audit) {
        this.store = store;
        this.membership = membership;
        this.audit = audit;
    }

    /**
     * The nodes at one moment.
     *
     * @param at by the store's clock
     * @param epoch the last change of access
     * @param self the id of the node that answers
     */
    public record Overview(List<Node> nodes, Instant at, long epoch, String self) {
        /** How many changes the node has yet to acknowledge. */
        public long lag(Node node) {
            return Math.max(0, epoch - node.epoch());
        }
    }

    /** How many nodes may admit requests, as this node knows it. */
    public ServingNodes serving() {
        return ServingNodes.of(membership.nodes(), membership.now());
    }

    public Overview overview() {
        long epoch = store.<Long>read(session -> session.accessChanges().last().epoch());
        membership.refresh();
        Instant now = membership.now();
        List<Node> nodes = membership.nodes();
        return new Overview(
                store.sharedByNodes()
                        ? nodes
                        : nodes.stream().map(node -> alone(node, now, epoch)).toList(),
                now,
                epoch,
                membership.id());
    }

    /** A node that nobody shares the store with writes no heartbeats: that it answers is one, and it follows its own changes at once. */
    private static Node alone(Node node, Instant now, long epoch) {
        return new Node(node.declared(), node.startedAt(), now, node.beats(), epoch, now, node.draining(), null, null);
    }

    /** Lost nodes that, if they still run, may admit requests as they did before they were lost. */
    public List<Node> mayStillServe() {
        if (!store.sharedByNodes()) {
            return List.of();
        }
        Instant now = membership.now();
        return membership.nodes().stream().filter(node -> node.mayServeAt(now)).toList();
    }

    /** Tells a node to send its callers elsewhere, or to stop doing so; it does within the time between two heartbeats. */
    public Node setDraining(Requester by, String nameOrId, boolean draining) {
        store.<Boolean>write(session -> {
            Node node = find(session, nameOrId);
            if (!node.live()) {
                throw RefusedException.conflict(
                        "node \"" + node.name() + "\" can't be reached; remove it if it is gone");
            }
            if (node.draining() == draining) {
                return false;
            }
            session.nodes().setDraining(node.id(), draining);
            audit.note(
                    session,
                    by,
                    draining ? AuditAction.NODE_DRAINED : AuditAction.NODE_RESUMED,
                    null,
                    node.id(),
                    Map.of("name", node.name()));
            return true;
        });
        membership.refresh();
        return store.read(session -> find(session, nameOrId));
    }

    /** Forgets a node that is gone: receipts no longer say what it may be doing. */
    public void remove(Requester by, String nameOrId) {
        store.<Boolean>write(session -> {
            Node node = find(session, nameOrId);
            if (node.live()) {
                throw RefusedException.conflict(
                        "node \"" + node.name() + "\" is live; drain it and stop it, then it goes by itself");
            }
            session.nodes().remove(node.id());
            audit.note(session, by, AuditAction.NODE_REMOVED, null, node.id(), Map.of("name", node.name()));
            return true;
        });
        membership.refresh();
    }

    /** By id; or by name, where a live one comes before those that had its name. */
    private static Node find(StoreSession session, String nameOrId) {
        return session.nodes().all().stream()
                .filter(node -> node.id().equals(nameOrId) || node.name().equals(nameOrId))
                .min(Comparator.comparing(Node::live)
                        .reversed()
                        .thenComparing(Node::startedAt, Comparator.reverseOrder()))
                .orElseThrow(() -> RefusedException.notFound(
                        "there is no node \"" + JsonFields.show(nameOrId) + "\"; `ik node list` shows those that are"));
    }
}
