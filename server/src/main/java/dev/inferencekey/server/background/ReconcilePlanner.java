package dev.inferencekey.server.background;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Decides what to start and stop so that what runs becomes what is wanted. Pure: it looks at one moment and has no effects, so it may
 * be asked again and again.
 *
 * <p>Notes. A new generation starts beside the old one. Old replicas go as new ones become ready, one for one, so that the number of
 * ready ones does not sink below what is wanted or below what it was; if the new generation never becomes ready, the old one stays.
 * Old replicas that are not ready have nothing to offer and go at once, and so do failed ones. If there are too many of the present
 * generation, those that still start go first.
 */
final class ReconcilePlanner {
    private ReconcilePlanner() {}

    /**
     * What is wanted.
     *
     * @param replicas how many
     * @param mayStart false while a start would be pointless or too early; what runs stays
     */
    record Goal(Generation generation, int replicas, boolean mayStart) {}

    /** What to do; order does not matter. */
    sealed interface Step {
        /** Start this many replicas of the goal's generation. */
        record Start(int count) implements Step {}

        /** Stop it; nothing calls it. */
        record Stop(String replicaId) implements Step {}

        /** Take it out of service, let it finish what it is doing, and stop it. */
        record Retire(String replicaId) implements Step {}
    }

    static List<Step> plan(Goal goal, List<ReplicaFact> replicas) {
        List<Step> steps = new ArrayList<>();
        List<ReplicaFact> present = new ArrayList<>();
        List<ReplicaFact> oldReady = new ArrayList<>();
        for (ReplicaFact replica : replicas) {
            boolean isPresent = replica.generation().equals(goal.generation());
            if (replica.state() == ReplicaFact.State.FAILED || (!isPresent && !replica.isReady())) {
                steps.add(new Step.Stop(replica.replicaId()));
            } else if (isPresent) {
                present.add(replica);
            } else {
                oldReady.add(replica);
            }
        }
        present.sort(Comparator.comparing(ReplicaFact::isReady));
        int surplus = Math.max(0, present.size() - goal.replicas());
        for (ReplicaFact replica : present.subList(0, surplus)) {
            steps.add(replica.isReady() ? new Step.Retire(replica.replicaId()) : new Step.Stop(replica.replicaId()));
        }
        long ready = present.stream().skip(surplus).filter(ReplicaFact::isReady).count();
        long oldNeeded = Math.max(0, goal.replicas() - ready);
        oldReady.stream()
                .limit(Math.max(0, oldReady.size() - oldNeeded))
                .forEach(replica -> steps.add(new Step.Retire(replica.replicaId())));
        int missing = goal.replicas() - present.size();
        if (missing > 0 && goal.mayStart()) {
            steps.add(new Step.Start(missing));
        }
        return steps;
    }
}
