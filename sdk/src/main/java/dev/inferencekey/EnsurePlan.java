package dev.inferencekey;

import dev.inferencekey.contract.workload.FieldDifference;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * What {@code ensure} would do now, as data.
 *
 * @param endpoint the workload that it is about
 * @param differences what differs, each with the declared and the live value; empty unless the action is {@link Action#UPDATE}
 */
public record EnsurePlan(Action action, EndpointRef endpoint, List<FieldDifference> differences) {
    /** What would be done. */
    public enum Action {
        /** The workload does not exist. */
        CREATE,
        /** It exists as declared. */
        UNCHANGED,
        /** It exists and differs. */
        UPDATE
    }

    public EnsurePlan {
        Objects.requireNonNull(endpoint, "endpoint");
        differences = List.copyOf(differences);
        if ((action == Action.UPDATE) == differences.isEmpty()) {
            throw new IllegalArgumentException("a plan has differences exactly if it updates");
        }
    }

    /** Whether carrying it out can succeed: false if a field differs that no update can change, that is {@code task_type}. */
    public boolean isReconcilable() {
        return differences.stream().allMatch(difference -> difference.field().isMutable());
    }

    /** For people: {@code update acme/support-bot: model_name: "a" → "b"}. */
    @Override
    public String toString() {
        return switch (action) {
            case CREATE -> "create " + endpoint;
            case UNCHANGED -> "unchanged " + endpoint;
            case UPDATE ->
                "update " + endpoint + ": "
                        + differences.stream().map(FieldDifference::toString).collect(Collectors.joining("; "));
        };
    }
}
