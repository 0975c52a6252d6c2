package dev.inferencekey;

import dev.inferencekey.contract.workload.FieldDifference;
import java.util.List;
import java.util.stream.Collectors;

/** The live workload differs from its declaration, and {@link OnDrift#FAIL} says to change nothing then. */
public final class DriftException extends ValidationException {
    private final transient List<FieldDifference> differences;

    DriftException(EndpointRef endpoint, List<FieldDifference> differences) {
        super("workload \"" + endpoint.workloadSlug() + "\" in project \"" + endpoint.projectSlug()
                + "\" differs from its declaration: "
                + differences.stream().map(FieldDifference::toString).collect(Collectors.joining("; ")));
        this.differences = List.copyOf(differences);
    }

    /** What differs, at least one field. */
    public List<FieldDifference> differences() {
        return differences;
    }
}
