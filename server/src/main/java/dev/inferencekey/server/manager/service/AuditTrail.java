package dev.inferencekey.server.manager.service;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.store.StoreSession;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes audit events, in the same transaction as the change that they tell of. Thread-safe.
 *
 * <p>Whatever was typed or sent, a credential in it is redacted before it is kept: the trail can't be changed afterwards.
 */
public final class AuditTrail {
    private final IdSource ids;
    private final Clock clock;

    public AuditTrail(IdSource ids, Clock clock) {
        this.ids = ids;
        this.clock = clock;
    }

    /** Notes what was done; every text is a public fact. */
    public void note(
            StoreSession session,
            Requester by,
            AuditAction action,
            @Nullable String projectSlug,
            @Nullable String target,
            Map<String, String> details) {
        Map<String, String> redacted = new LinkedHashMap<>();
        details.forEach((name, text) -> redacted.put(name, Redaction.scrub(text)));
        session.audit()
                .append(new AuditEvent(
                        ids.next("aud"),
                        clock.now(),
                        Redaction.scrub(by.display()),
                        action.wire(),
                        projectSlug,
                        target == null ? null : Redaction.scrub(target),
                        Redaction.scrub(by.from()),
                        redacted));
    }
}
