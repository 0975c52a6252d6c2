package dev.inferencekey.server.background;

import dev.inferencekey.server.background.ReplicaView.State;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Decides the next steps for one workload; has no effects and remembers nothing. Stateless and thread-safe.
 *
 * <p>Notes. Failed replicas go. Replicas of the present version are added or taken away until there are as many as desired, those that
 * are not ready first. Replicas of another version stay until as many of the present one are ready, so that a change that fails leaves
 * what served before. Nothing desired means nothing runs.
 */
final class ReconcilePlanner {
    private ReconcilePlanner() {}

    /**
     * @param desired how many replicas there should be
     * @param version what they should be started from
     * @param running what there is, oldest first
     * @param mayStart false while a failed start is not to be repeated yet
     */
    static ReconcilePlan plan(int desired, ReplicaVersion version, List<ReplicaView> running, boolean mayStart) {
        List<String> toStop = new ArrayList<>();
        List<ReplicaView> present = new ArrayList<>();
        List<ReplicaView> outdated = new ArrayList<>();
        for (ReplicaView replica : running) {
            if (replica.state() == State.FAILED) {
                toStop.add(replica.id());
            } else if (replica.version().equals(version)) {
                present.add(replica);
            } else {
                outdated.add(replica);
            }
        }
        int ready = (int) present.stream().filter(r -> r.state() == State.READY).count();
        boolean replaced = ready >= desired;
        if (replaced) {
            outdated.forEach(replica -> toStop.add(replica.id()));
        } else {
            // One that is still starting from an outdated version will never be wanted.
            outdated.stream().filter(r -> r.state() == State.STARTING).forEach(r -> toStop.add(r.id()));
        }
        present.stream()
                .sorted(Comparator.comparing((ReplicaView replica) -> replica.state() == State.READY))
                .limit(Math.max(0, present.size() - desired))
                .forEach(replica -> toStop.add(replica.id()));
        int missing = Math.max(0, desired - present.size());
        return new ReconcilePlan(mayStart ? missing : 0, toStop);
    }
}
