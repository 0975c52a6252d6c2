package dev.inferencekey.server.ports.store;

import dev.inferencekey.server.domain.audit.AuditEvent;
import org.jspecify.annotations.Nullable;

/** The audit trail: appended to, never changed. */
public interface AuditStore {
    void append(AuditEvent event);

    /**
     * Newest first.
     *
     * @param projectSlug null for the whole installation
     * @param action exact, or a prefix that ends with a dot ({@code key.}); null for all
     */
    Page<AuditEvent> list(@Nullable String projectSlug, @Nullable String action, PageRequest page);
}
