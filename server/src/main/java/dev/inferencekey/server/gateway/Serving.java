package dev.inferencekey.server.gateway;

import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What serves a workload at one moment; the replicas are there if, and only if, it is ready. Immutable but for the replicas' counts. */
record Serving(Backends backends, List<Replica> replicas) {
    /** Before anyone has said what serves it. */
    static final Serving UNKNOWN = new Serving(new Backends.Starting(), List.of());

    Serving {
        replicas = List.copyOf(replicas);
    }

    /** Takes over the replicas of {@code before} that are still there, with their counts. */
    static Serving of(Backends backends, Serving before) {
        if (!(backends instanceof Backends.Ready ready)) {
            return new Serving(backends, List.of());
        }
        List<Replica> replicas = new ArrayList<>();
        for (ReplicaTarget target : ready.replicas()) {
            replicas.add(before.replicas.stream()
                    .filter(known -> sameServer(known.target(), target))
                    .findFirst()
                    .orElseGet(() -> new Replica(target)));
        }
        return new Serving(backends, replicas);
    }

    /**
     * The replica with the fewest requests under way, for its share, that is not among {@code tried}; null if all are. Ejected ones are left
     * out unless there are no others: a replica that may be broken is a better hope than none. Equally busy ones take turns by {@code turn}.
     */
    @Nullable
    Replica leastOutstanding(Collection<Replica> tried, int turn, EjectionPolicy policy, long now) {
        Replica best = null;
        double bestLoad = Double.POSITIVE_INFINITY;
        Replica lastHope = null;
        int size = replicas.size();
        for (int i = 0; i < size; i++) {
            Replica replica = replicas.get(Math.floorMod(turn + i, size));
            if (tried.contains(replica)) {
                continue;
            }
            if (lastHope == null || replica.outstanding() < lastHope.outstanding()) {
                lastHope = replica;
            }
            double weight = replica.health().weight(policy, now);
            double load = weight == 0 ? Double.POSITIVE_INFINITY : (replica.outstanding() + 1) / weight;
            if (load < bestLoad) {
                best = replica;
                bestLoad = load;
            }
        }
        return best == null ? lastHope : best;
    }

    /** Whether another node has started one of the replicas. */
    boolean reachesNodes() {
        for (Replica replica : replicas) {
            if (replica.onOtherNode()) {
                return true;
            }
        }
        return false;
    }

    /** The record's own equality, secret included: a changed secret is another target. */
    private static boolean sameServer(ReplicaTarget known, ReplicaTarget target) {
        return known.equals(target);
    }
}
