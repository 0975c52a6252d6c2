package dev.inferencekey.server.background;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.credential.IssuedSdkToken;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Collects uses of credentials of the wrong plane, and makes audit events of them: the first use at once, then one event a minute
 * for each credential and piece of the address space, which counts. So a client in a loop, or someone who means harm, does not fill
 * the trail. Noting is thread-safe; draining is for one thread at a time.
 */
final class RefusedCredentials {
    static final Duration QUIET = Duration.ofMinutes(1);

    private static final int MAX_KINDS = 1_000;
    private static final int PREFIX_SEGMENTS = 3;
    private static final int MAX_PATH = 200;
    private static final Pattern SDK_PUBLIC_ID = Pattern.compile("ik_sdk_([0-9a-f]{8})…");
    private static final Kind OVERFLOW = new Kind("ik…", "(many addresses)");

    private record Kind(String redacted, String pathPrefix) {}

    /** Uses since the last event, and when that was. */
    private record Uses(long count, String from, @Nullable Instant reportedAt) {
        Uses oneMore(String address) {
            return new Uses(count + 1, address, reportedAt);
        }
    }

    private final Map<Kind, Uses> seen = new ConcurrentHashMap<>();

    void note(String redacted, String clientAddress, String path) {
        Kind kind = new Kind(redacted, prefixOf(path));
        Kind counted = seen.size() < MAX_KINDS || seen.containsKey(kind) ? kind : OVERFLOW;
        seen.merge(counted, new Uses(1, clientAddress, null), (known, one) -> known.oneMore(clientAddress));
    }

    /** What is due to be written; it counts as written from now on. */
    List<Report> drain(Instant now) {
        List<Report> due = new ArrayList<>();
        for (Kind kind : seen.keySet()) {
            seen.computeIfPresent(kind, (same, uses) -> {
                boolean quiet = uses.reportedAt() != null
                        && now.isBefore(uses.reportedAt().plus(QUIET));
                if (quiet) {
                    return uses;
                }
                if (uses.count() == 0) {
                    return null;
                }
                due.add(new Report(kind.redacted(), kind.pathPrefix(), uses.from(), uses.count(), now));
                return new Uses(0, uses.from(), now);
            });
        }
        return due;
    }

    /** One line of the audit trail to be. */
    record Report(String redacted, String pathPrefix, String from, long count, Instant at) {
        /** The trail of a project shows misuse of its own tokens, so the token is looked up by its public id. */
        void append(StoreSession session, IdSource ids) {
            Matcher publicId = SDK_PUBLIC_ID.matcher(redacted);
            Optional<IssuedSdkToken> token =
                    publicId.matches() ? session.sdkTokens().findByPublicId(publicId.group(1)) : Optional.empty();
            session.audit()
                    .append(new AuditEvent(
                            ids.next("aud"),
                            at,
                            redacted,
                            "credential.refused",
                            token.map(IssuedSdkToken::projectSlug).orElse(null),
                            pathPrefix,
                            from,
                            Map.of(
                                    "reason",
                                    "wrong_credential_type",
                                    "plane",
                                    "data",
                                    "credential",
                                    redacted,
                                    "count",
                                    Long.toString(count))));
        }
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
