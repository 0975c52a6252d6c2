package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.audit.AuditFilter;
import dev.inferencekey.server.domain.project.Project;
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
        MemoryState state = session.writing();
        state.audit.put(event.id(), event);
        Project project = event.projectSlug() == null ? null : state.projectNow(event.projectSlug());
        if (project != null) {
            state.auditProjects.put(event.id(), project.id());
        }
    }

    @Override
    public Page<AuditEvent> list(AuditFilter filter, PageRequest page) {
        return MemorySession.page(
                session.reading().audit.values().stream()
                        .filter(filter::covers)
                        .filter(event -> filter.projectSlug() == null || isOf(filter.projectSlug(), event)),
                event -> "%020d.%s".formatted(ChronoUnit.MICROS.between(Instant.EPOCH, event.at()), event.id()),
                true,
                page);
    }

    private boolean isOf(String projectSlug, AuditEvent event) {
        MemoryState state = session.reading();
        Project project = state.projectNow(projectSlug);
        return project != null && project.id().equals(state.auditProjects.get(event.id()));
    }
}
