package dev.inferencekey.server.manager.audit;

import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import org.jspecify.annotations.Nullable;

/** Reads the audit trail. Thread-safe. */
public final class AuditService {
    private final Store store;

    public AuditService(Store store) {
        this.store = store;
    }

    /**
     * Newest first.
     *
     * @param projectSlug null for the whole installation
     * @param action exact, or a prefix that ends with a dot; null for all
     */
    public Page<AuditEvent> list(@Nullable String projectSlug, @Nullable String action, PageRequest page) {
        return store.read(session -> session.audit().list(projectSlug, action, page));
    }
}
