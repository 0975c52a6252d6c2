package dev.inferencekey.contract.workload;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every difference between a declaration and the live workload, in the order of {@link WorkloadField}. Empty means in sync.
 * Client and server use this one definition: the client to decide whether to PATCH, the server to decide whether a repeated
 * POST asks for what exists. Immutable and thread-safe as far as the compared values are: they are held, not copied.
 */
public record Drift(List<FieldDifference> differences) {
    public Drift {
        differences = List.copyOf(differences);
    }

    /**
     * Compares two workloads as plain JSON objects with wire names. A field that the declaration leaves out, or sets to null, is
     * never drift; nor is a field that this product does not know. A blank text asks for nothing to be there: it equals a field
     * that the live workload leaves out, since answers never carry blank texts.
     */
    public static Drift between(
            Map<String, ? extends @Nullable Object> declared, Map<String, ? extends @Nullable Object> live) {
        List<FieldDifference> found = new ArrayList<>();
        for (WorkloadField field : WorkloadField.values()) {
            Object wanted = declared.get(field.wire());
            Object actual = live.get(field.wire());
            if (wanted != null && !(isBlank(wanted) && actual == null) && !JsonValues.equal(wanted, actual)) {
                found.add(new FieldDifference(field, wanted, actual));
            }
        }
        return new Drift(found);
    }

    private static boolean isBlank(Object wanted) {
        return wanted instanceof String text && text.isBlank();
    }

    /** Whether the live workload already is as declared. */
    public boolean isEmpty() {
        return differences.isEmpty();
    }

    /** The differences that no update can remove. */
    public List<FieldDifference> irreconcilable() {
        return differences.stream().filter(d -> !d.field().isMutable()).toList();
    }

    /**
     * The body of the PATCH that removes the differences: only what differs, except that a policy of another kind takes its
     * config along, since each is validated with the other.
     */
    public Map<String, Object> patch(Map<String, ? extends @Nullable Object> declared) {
        Map<String, Object> patch = new LinkedHashMap<>();
        for (FieldDifference difference : differences) {
            if (difference.field().isMutable()) {
                patch.put(difference.field().wire(), difference.declared());
            }
        }
        Object policyConfig = declared.get(WorkloadField.EXECUTION_POLICY_CONFIG.wire());
        if (patch.containsKey(WorkloadField.EXECUTION_POLICY.wire()) && policyConfig != null) {
            patch.put(WorkloadField.EXECUTION_POLICY_CONFIG.wire(), policyConfig);
        }
        return patch;
    }
}
