package dev.inferencekey.server.manager.usage;

import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.usage.UsageRetention;
import dev.inferencekey.server.manager.service.AuditTrail;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.ports.store.Store;
import java.util.Map;

/** How long the installation keeps usage. Thread-safe. */
public final class UsageRetentionService {
    private final Store store;
    private final AuditTrail audit;

    public UsageRetentionService(Store store, AuditTrail audit) {
        this.store = store;
        this.audit = audit;
    }

    public UsageRetention get() {
        return store.read(session -> session.usageSums().retention());
    }

    /** Holds from the next round of forgetting on, which is within a minute. What is forgotten does not come back. */
    public void put(Requester by, UsageRetention retention) {
        store.<Boolean>write(session -> {
            UsageRetention before = session.usageSums().retention();
            if (retention.equals(before)) {
                return false;
            }
            session.usageSums().setRetention(retention);
            audit.note(
                    session,
                    by,
                    AuditAction.USAGE_RETENTION_CHANGED,
                    null,
                    null,
                    Map.of(
                            "old_record_days", Integer.toString(before.recordDays()),
                            "old_sum_days", Integer.toString(before.sumDays()),
                            "record_days", Integer.toString(retention.recordDays()),
                            "sum_days", Integer.toString(retention.sumDays())));
            return true;
        });
    }
}
