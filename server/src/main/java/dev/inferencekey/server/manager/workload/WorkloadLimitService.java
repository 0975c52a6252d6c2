package dev.inferencekey.server.manager.workload;

import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.LimitTexts;
import dev.inferencekey.server.manager.service.Publisher;
import dev.inferencekey.server.manager.service.RefusedException;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Store;
import java.util.Map;

/**
 * How much a workload may be called by all keys together. People set that, apart from the declaration: a deploy script neither sees nor
 * lifts it. Thread-safe.
 */
public final class WorkloadLimitService {
    private final Store store;
    private final AuditTrail audit;
    private final Publisher publisher;

    public WorkloadLimitService(Store store, AuditTrail audit, Publisher publisher) {
        this.store = store;
        this.audit = audit;
        this.publisher = publisher;
    }

    public Limits get(Workload workload) {
        return store.read(session -> session.workloads().limits(workload.id()));
    }

    /** Puts these in the place of all limits that the workload has; they hold from when this returns. */
    public Receipt put(Requester by, Workload workload, Limits limits) {
        store.<Boolean>writeUrgently(session -> {
            if (session.workloads().find(workload.id()).isEmpty()) {
                throw RefusedException.workloadNotFound(workload.slug(), workload.projectSlug());
            }
            Limits before = session.workloads().limits(workload.id());
            if (limits.equals(before)) {
                return false;
            }
            session.workloads().setLimits(workload.id(), limits);
            session.accessChanges().append(Subject.WORKLOAD, workload.id());
            audit.note(
                    session,
                    by,
                    AuditAction.WORKLOAD_LIMITS_CHANGED,
                    workload.projectSlug(),
                    workload.id(),
                    Map.of(
                            "slug", workload.slug(),
                            "old_limits", LimitTexts.of(before),
                            "limits", LimitTexts.of(limits)));
            return true;
        });
        return publisher.tightened();
    }
}
