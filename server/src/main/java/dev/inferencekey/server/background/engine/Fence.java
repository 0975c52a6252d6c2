package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.node.NodePeers;
import dev.inferencekey.server.ports.node.NodePeers.Answer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Says whether this node may go on running what was placed on it.
 *
 * <p>Notes. It may for as long as its lease runs: until then nobody starts the same elsewhere. Ending takes time, so it begins {@link #margin}
 * before the lease runs out. From then on somebody may start the same, unless the store is away for everyone: then nobody can decide anything,
 * and ending model servers would only make an outage of the store one of all workloads. So a node that does not reach the store asks every other
 * one that could decide, as it knew them last. One that says that it decides nothing now will not for half of a lease, counted from
 * when it was asked (see {@link Reconciler#decidesOnOthers}); that holds until the margin before its end, like a lease. Every such node has to have
 * given its word; a single one that decides, or has been silent for too long, means that this node has to stop. Of a node that was lost when it was
 * last seen silence means nothing, since most such nodes are gone; but once it has answered it counts like the others.
 *
 * <p>Nothing here waits, neither for the store nor for other nodes. {@link #look} is called by one thread, the rest by any.
 */
final class Fence {
    /** This part of a lease is for ending what runs. */
    private static final int MARGIN_PART = 5;
    /** So many looks in the time of a lease, or more. */
    private static final int LOOKS = 40;

    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);
    private static final long CLOSED = -1;

    private final Membership membership;
    private final Supplier<NodePeers> peers;
    private final LongSupplier ticker;
    /** What the other nodes, by id, have said last. */
    private final Map<String, Word> words = new ConcurrentHashMap<>();
    /** Of the nodes, by id, that have been asked and have not answered yet. */
    private final Set<String> asked = ConcurrentHashMap.newKeySet();

    /** How often it was opened; {@link #CLOSED} while it is closed. */
    private volatile long pass;

    private long passes;

    /** @param askedAt the tick when the node was asked: what it says was true then, or later */
    private record Word(Answer answer, long askedAt) {}

    /** @param ticker monotonic nanoseconds, from any origin */
    Fence(Membership membership, Supplier<NodePeers> peers, LongSupplier ticker) {
        this.membership = membership;
        this.peers = peers;
        this.ticker = ticker;
    }

    /** How long before others may start it elsewhere what runs here begins to end. */
    Duration margin() {
        return membership.lease().dividedBy(MARGIN_PART);
    }

    /** How long it may take until the next {@link #look}. */
    Duration pause() {
        Duration pause = membership.lease().dividedBy(LOOKS);
        return pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE;
    }

    /** What {@link #allows} is to be asked about something that is begun now. */
    Pass pass() {
        return new Pass(pass, membership.losses());
    }

    /** Whether what was begun by this pass may run: the fence has been open ever since, and the node has not been lost. */
    boolean allows(Pass begunBy) {
        return begunBy.number != CLOSED && begunBy.equals(pass());
    }

    /** The permission to begin something, as it was given. */
    record Pass(long number, long losses) {}

    /** Looks whether model servers may run; to be called again and again. Returns at once. */
    boolean look() {
        boolean open = mayRun();
        if (open && pass == CLOSED) {
            pass = ++passes;
        } else if (!open) {
            pass = CLOSED;
        }
        return open;
    }

    private boolean mayRun() {
        if (membership.replaced()) {
            return false;
        }
        if (membership.reachesStore()) {
            words.clear();
            return true;
        }
        boolean free = true;
        NodePeers others = peers.get();
        for (Node node : membership.nodes()) {
            if (!node.id().equals(membership.id()) && node.declared().role().servesControlPlane()) {
                ask(others, node);
                free &= isFree(node);
            }
        }
        return free || membership.holdsLeaseFor(margin());
    }

    private void ask(NodePeers others, Node node) {
        String advertised = node.declared().advertised();
        if (advertised == null || !asked.add(node.id())) {
            return;
        }
        long now = ticker.getAsLong();
        CompletableFuture<Answer> answer = others.askWhetherItDecides(advertised);
        var _ = answer.whenComplete((said, failure) -> {
            if (failure == null && said != Answer.UNKNOWN) {
                words.put(node.id(), new Word(said, now));
            }
            asked.remove(node.id());
        });
    }

    /** Whether the node surely starts nothing elsewhere before what runs here has ended. */
    private boolean isFree(Node node) {
        Word word = words.get(node.id());
        if (word == null) {
            return !node.live();
        }
        long good = membership.lease().dividedBy(2).minus(margin()).toNanos();
        return word.answer == Answer.DECIDES_NOTHING && ticker.getAsLong() - word.askedAt < good;
    }
}
