package dev.inferencekey.contract.workload;

import org.jspecify.annotations.Nullable;

/**
 * One way in which a live workload differs from its declaration.
 *
 * <p>The values are held, not copied: immutable and thread-safe as far as they are.
 *
 * @param declared the value asked for, as plain JSON; never null, since an unset field is no difference
 * @param live the value that the server reports, null if it has none
 */
public record FieldDifference(
        WorkloadField field, Object declared, @Nullable Object live) {
    /**
     * For people: {@code model_name: "a" → "b"}, from live to declared. Long values are cut, control characters and credentials
     * in them do not appear.
     */
    @Override
    public String toString() {
        return field.wire() + ": " + JsonText.brief(live) + " → " + JsonText.brief(declared);
    }
}
