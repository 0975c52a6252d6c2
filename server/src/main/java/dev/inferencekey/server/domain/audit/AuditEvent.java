package dev.inferencekey.server.domain.audit;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of the audit trail.
 *
 * @param id {@code aud_…}, time-ordered
 * @param actor for people: an e-mail address, {@code operator}, or a redacted credential; never a secret
 * @param action what was done, {@code noun.verb}: {@code key.created}, {@code credential.refused}, …
 * @param projectSlug null for what concerns no single project
 * @param target the id or slug of what was acted on
 * @param from the caller's address
 * @param details further public facts
 */
public record AuditEvent(
        String id,
        Instant at,
        String actor,
        String action,
        @Nullable String projectSlug,
        @Nullable String target,
        String from,
        Map<String, String> details) {
    public AuditEvent {
        details = Map.copyOf(details);
    }
}
