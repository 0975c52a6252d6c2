package dev.inferencekey.server.domain.audit;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which events to list: those that fit everything that is not null.
 *
 * @param projectSlug null for the whole installation
 * @param action exact, or all of a noun with a dot at the end: {@code key.}
 * @param actor exact, or what actors begin with, followed by {@code *}: {@code ann@*}
 * @param target exact
 * @param address the caller's address, exact
 * @param from included
 * @param to excluded
 */
public record AuditFilter(
        @Nullable String projectSlug,
        @Nullable String action,
        @Nullable String actor,
        @Nullable String target,
        @Nullable String address,
        @Nullable Instant from,
        @Nullable Instant to) {
    private static final String ANY_END = "*";

    /** All events of a project, or of the installation. */
    public static AuditFilter of(@Nullable String projectSlug, @Nullable String action) {
        return new AuditFilter(projectSlug, action, null, null, null, null, null);
    }

    /** What actors begin with; null if the filter does not go by that. */
    public @Nullable String actorPrefix() {
        return actor != null && actor.endsWith(ANY_END) ? actor.substring(0, actor.length() - 1) : null;
    }

    /** The same filter for one actor, or for all. */
    public AuditFilter withActor(@Nullable String one) {
        return new AuditFilter(projectSlug, action, one, target, address, from, to);
    }

    public boolean covers(AuditEvent event) {
        String prefix = actorPrefix();
        return (projectSlug == null || projectSlug.equals(event.projectSlug()))
                && (action == null
                        || action.equals(event.action())
                        || (action.endsWith(".") && event.action().startsWith(action)))
                && (actor == null
                        || (prefix == null
                                ? actor.equals(event.actor())
                                : event.actor().startsWith(prefix)))
                && (target == null || target.equals(event.target()))
                && (address == null || address.equals(event.from()))
                && (from == null || !event.at().isBefore(from))
                && (to == null || event.at().isBefore(to));
    }
}
