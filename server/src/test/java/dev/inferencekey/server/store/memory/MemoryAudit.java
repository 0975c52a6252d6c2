package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.ports.store.AuditStore;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import org.jspecify.annotations.Nullable;

final class MemoryAudit implements AuditStore {
    private final MemorySession session;

    MemoryAudit(MemorySession session) {
        this.session = session;
    }

    @Override
    public void append(AuditEvent event) {
        session.writing().audit.put(event.id(), event);
    }

    @Override
    public Page<AuditEvent> list(@Nullable String projectSlug, @Nullable String action, PageRequest page) {
        return MemorySession.page(
                session.reading().audit.values().stream()
                        .filter(event -> projectSlug == null || projectSlug.equals(event.projectSlug()))
                        .filter(event -> action == null
                                || event.action().equals(action)
                                || (action.endsWith(".") && event.action().startsWith(action))),
                AuditEvent::id,
                true,
                page);
    }
}
