package dev.inferencekey.contract.workload;

import org.jspecify.annotations.Nullable;

/**
 * One way in which a live workload differs from its declaration.
 *
 * @param declared the value asked for, as plain JSON; never null, since an unset field is no difference
 * @param live the value that the server reports, null if it has none
 */
public record FieldDifference(
        WorkloadField field, Object declared, @Nullable Object live) {
    /** For people: {@code model_name: "a" → "b"}, from live to declared. */
    @Override
    public String toString() {
        return field.wire() + ": " + show(live) + " → " + show(declared);
    }

    private static String show(@Nullable Object value) {
        return value instanceof String text ? '"' + text + '"' : String.valueOf(value);
    }
}
