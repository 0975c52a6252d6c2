package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.audit.AuditFilter;
import org.jspecify.annotations.Nullable;

/** The audit trail: appended to, never changed. */
public interface AuditStore {
    /** The event belongs to the project that has its slug now: what happens under the same slug later is another's. */
    void append(AuditEvent event);

    /**
     * Newest first. A project has its own events, and none of a deleted one that had its slug before; the whole installation has all.
     *
     * @throws InvalidFieldException if {@link PageRequest#after} is not what a piece before gave as its next
     */
    Page<AuditEvent> list(AuditFilter filter, PageRequest page);

    /**
     * Newest first.
     *
     * @param projectSlug null for the whole installation
     * @param action exact, or a prefix that ends with a dot ({@code key.}); null for all
     */
    default Page<AuditEvent> list(@Nullable String projectSlug, @Nullable String action, PageRequest page) {
        return list(AuditFilter.of(projectSlug, action), page);
    }
}
