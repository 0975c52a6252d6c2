package dev.inferencekey.server.background.usage;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.audit.AuditAction;
import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.domain.credential.MisplacedCredential;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Collects uses of credentials of the wrong plane, and makes audit events of them. A token whose real secret was shown may have leaked: its
 * first use is an event at once, then comes one event a minute for each piece of the address space, which counts; they stand in the trail of
 * the token's project. What nobody was ever given is counted together, in one event a minute that belongs to no project: so neither a client in
 * a loop nor someone who means harm fills the trail, and nobody raises an alarm with a public id. Noting is thread-safe; all else is for one
 * thread. Each node counts what came to it, and its events add up with those of others.
 */
final class RefusedCredentials {
    static final Duration QUIET = Duration.ofMinutes(1);

    static final String MANY = "(many addresses)";

    private static final int MAX_KINDS = 1_000;
    private static final int PREFIX_SEGMENTS = 3;
    private static final int MAX_PATH = 200;
    private static final Kind OVERFLOW = new Kind(MisplacedCredential.unreadable(), MANY);

    private record Kind(MisplacedCredential credential, String pathPrefix) {}

    /** Uses since the last event, and when that was. */
    private record Uses(long count, String from, @Nullable Instant reportedAt) {
        static final Uses NONE = new Uses(0, "", null);

        Uses more(long uses, String address) {
            return new Uses(count + uses, address, reportedAt);
        }

        boolean isDue(Instant now) {
            return count > 0 && (reportedAt == null || !now.isBefore(reportedAt.plus(QUIET)));
        }
    }

    private record Report(Kind kind, String from, long count) {}

    private final Map<Kind, Uses> seen = new ConcurrentHashMap<>();

    // Of the one thread: what is to be written, and what of it turned out to be nobody's.
    private final List<Report> due = new ArrayList<>();
    private final List<Kind> nobodys = new ArrayList<>();
    private Kind lastNobodys = OVERFLOW;
    private Uses unproven = Uses.NONE;
    private Uses unprovenOnceWritten = Uses.NONE;

    void note(MisplacedCredential credential, String clientAddress, String path) {
        Kind kind = new Kind(credential, prefixOf(path));
        Kind counted = seen.size() < MAX_KINDS || seen.containsKey(kind) ? kind : OVERFLOW;
        seen.merge(counted, new Uses(1, clientAddress, null), (known, one) -> known.more(1, clientAddress));
    }

    /** Whether something is to be written; it is kept until {@link #written}, and meanwhile uses are only counted. */
    boolean isDue(Instant now) {
        if (due.isEmpty()) {
            drain(now);
        }
        return !due.isEmpty() || unproven.isDue(now);
    }

    private void drain(Instant now) {
        for (Kind kind : seen.keySet()) {
            seen.computeIfPresent(kind, (same, uses) -> {
                if (uses.isDue(now)) {
                    due.add(new Report(kind, uses.from(), uses.count()));
                    return new Uses(0, uses.from(), now);
                }
                boolean quiet = uses.reportedAt() != null
                        && now.isBefore(uses.reportedAt().plus(QUIET));
                return quiet || uses.count() > 0 ? uses : null;
            });
        }
    }

    /** Appends what is due. Can be done again if the transaction does not come to pass. */
    void append(StoreSession session, IdSource ids, Instant now) {
        nobodys.clear();
        Uses pending = unproven;
        for (Report report : due) {
            Optional<IssuedSdkToken> token = token(session, report.kind().credential());
            if (token.isPresent()) {
                session.audit().append(event(ids, now, report, token.get().projectSlug()));
            } else {
                nobodys.add(report.kind());
                pending = pending.more(report.count(), report.from());
            }
        }
        Kind shown = nobodys.isEmpty() ? lastNobodys : nobodys.getLast();
        if (pending.isDue(now)) {
            session.audit().append(event(ids, now, new Report(shown, pending.from(), pending.count()), null));
            pending = new Uses(0, pending.from(), now);
        }
        unprovenOnceWritten = pending;
    }

    /** What was appended is in the store. */
    void written() {
        if (!nobodys.isEmpty()) {
            lastNobodys = nobodys.getLast();
        }
        // Made-up credentials don't take the room of real ones.
        nobodys.forEach(kind -> seen.computeIfPresent(kind, (same, uses) -> uses.count() == 0 ? null : uses));
        unproven = unprovenOnceWritten;
        due.clear();
        nobodys.clear();
    }

    /** The token whose secret was shown, whatever became of it since. */
    private static Optional<IssuedSdkToken> token(StoreSession session, MisplacedCredential shown) {
        String publicId = shown.publicId();
        return publicId == null
                ? Optional.empty()
                : session.sdkTokens().findByPublicId(publicId).filter(token -> shown.proves(token.secret(publicId)));
    }

    /** @param projectSlug whose token it is, null if it is nobody's */
    private static AuditEvent event(IdSource ids, Instant now, Report report, @Nullable String projectSlug) {
        String display = report.kind().credential().display();
        return new AuditEvent(
                ids.next("aud"),
                now,
                projectSlug == null ? new Caller.Anonymous().display() : display,
                AuditAction.CREDENTIAL_REFUSED.wire(),
                projectSlug,
                report.kind().pathPrefix(),
                report.from(),
                Map.of(
                        "reason",
                        "wrong_credential_type",
                        "plane",
                        "data",
                        "credential",
                        display,
                        "secret",
                        projectSlug == null ? "unknown" : "genuine",
                        "count",
                        Long.toString(report.count())));
    }

    private static String prefixOf(String path) {
        int end = 0;
        for (int segment = 0; segment < PREFIX_SEGMENTS && end >= 0; segment++) {
            end = path.indexOf('/', end + 1);
        }
        String prefix = end < 0 ? path : path.substring(0, end);
        int query = prefix.indexOf('?');
        String shown = query < 0 ? prefix : prefix.substring(0, query);
        return Redaction.scrub(shown.length() > MAX_PATH ? shown.substring(0, MAX_PATH) + "…" : shown);
    }
}
