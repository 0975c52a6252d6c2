package dev.inferencekey;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How {@code ensure} goes about it.
 *
 * @param project the project to work in; null or blank: the declaration's, then the client's
 * @param onDrift what to do about differences
 */
public record EnsureOptions(@Nullable String project, OnDrift onDrift) {
    public EnsureOptions {
        project = project == null || project.isBlank() ? null : project.strip();
        Objects.requireNonNull(onDrift, "onDrift");
    }

    /** The project from elsewhere, and {@link OnDrift#RECONCILE}. */
    public static EnsureOptions defaults() {
        return new EnsureOptions(null, OnDrift.RECONCILE);
    }

    /** The same with another project. */
    public EnsureOptions withProject(@Nullable String other) {
        return new EnsureOptions(other, onDrift);
    }

    /** The same with another way to meet drift. */
    public EnsureOptions withOnDrift(OnDrift other) {
        return new EnsureOptions(project, other);
    }
}
