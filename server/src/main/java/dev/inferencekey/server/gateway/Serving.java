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
    static final Serving UNKNOWN = new Serving(new Backends.Starting("no replica has been reported yet"), List.of());

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
     * The replica with the fewest requests under way that is not among {@code tried}; null if all are. Equally busy ones take turns by
     * {@code turn}.
     */
    @Nullable
    Replica leastOutstanding(Collection<Replica> tried, int turn) {
        Replica best = null;
        int size = replicas.size();
        for (int i = 0; i < size; i++) {
            Replica replica = replicas.get(Math.floorMod(turn + i, size));
            if (!tried.contains(replica) && (best == null || replica.outstanding() < best.outstanding())) {
                best = replica;
            }
        }
        return best;
    }

    /** The record's own equality, secret included: a changed secret is another target. */
    private static boolean sameServer(ReplicaTarget known, ReplicaTarget target) {
        return known.equals(target);
    }
}
