package dev.inferencekey.server.manager.audit;

import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.audit.AuditFilter;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the audit trail. Thread-safe. */
public final class AuditService {
    /** The most events that are looked at to count refused credentials. */
    static final int MOST_REFUSALS = 5_000;

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
        return list(AuditFilter.of(projectSlug, action), page);
    }

    /** Newest first. */
    public Page<AuditEvent> list(AuditFilter filter, PageRequest page) {
        return store.read(session -> session.audit().list(filter, page));
    }

    /**
     * The credentials whose real secret was shown on the wrong plane since then, the last one first. Of very many uses only the last are
     * counted.
     *
     * @param projectSlug null for the whole installation
     */
    public List<RefusedCredential> refusedCredentials(@Nullable String projectSlug, Instant since) {
        AuditFilter filter =
                new AuditFilter(projectSlug, AuditAction.CREDENTIAL_REFUSED.wire(), null, null, null, since, null);
        List<AuditEvent> events = store.read(session -> {
            List<AuditEvent> found = new ArrayList<>();
            String after = null;
            do {
                Page<AuditEvent> page = session.audit().list(filter, new PageRequest(PageRequest.MAX_LIMIT, after));
                found.addAll(page.items());
                after = page.next();
            } while (after != null && found.size() < MOST_REFUSALS);
            return found;
        });
        Map<String, RefusedCredential> byCredential = new LinkedHashMap<>();
        for (AuditEvent event : events) {
            if (event.projectSlug() == null) {
                // Nobody's: not a secret that was ever given to anyone.
                continue;
            }
            String credential = event.details().getOrDefault("credential", event.actor());
            byCredential.merge(
                    credential,
                    new RefusedCredential(credential, uses(event), event.at(), event.from()),
                    (newer, older) -> new RefusedCredential(
                            credential, newer.uses() + older.uses(), newer.lastAt(), newer.lastFrom()));
        }
        return List.copyOf(byCredential.values());
    }

    private static long uses(AuditEvent event) {
        try {
            return Long.parseLong(event.details().getOrDefault("count", "1"));
        } catch (NumberFormatException e) {
            return 1;
        }
    }
}
