package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.audit.AuditFilter;
import dev.inferencekey.server.ports.store.AuditStore;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

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
    public Page<AuditEvent> list(AuditFilter filter, PageRequest page) {
        return MemorySession.page(
                session.reading().audit.values().stream().filter(filter::covers),
                event -> "%020d.%s".formatted(ChronoUnit.MICROS.between(Instant.EPOCH, event.at()), event.id()),
                true,
                page);
    }
}
