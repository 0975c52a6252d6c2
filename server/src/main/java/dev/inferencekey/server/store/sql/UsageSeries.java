package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.inference.UsageRecord;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * The numbers that stand in usage records for texts which repeat from request to request. Thread-safe.
 *
 * <p>Invariant: what is remembered here is committed, so a number that a record refers to exists.
 */
final class UsageSeries {
    /** What is remembered at most; beyond it everything is looked up anew. */
    private static final int MOST = 20_000;

    /**
     * The numbers of the projects that have or had one slug.
     *
     * @param present of the one that has it now, null if there is none
     * @param since when that one was made, in microseconds since 1970
     * @param deleted of the latest that is deleted, null if there is none; never null without {@code present}
     */
    private record Named(
            @Nullable Long present, long since, @Nullable Long deleted) {
        long at(long micros) {
            return present != null && (micros >= since || deleted == null) ? present : Objects.requireNonNull(deleted);
        }
    }

    /** All that records of one series have in common, besides the project. */
    private record Texts(
            String workloadId,
            String workloadSlug,
            String keyId,
            String publicId,
            String route,
            @Nullable String model) {
        static Texts of(UsageRecord usage) {
            return new Texts(
                    usage.workloadId(),
                    usage.workloadSlug(),
                    usage.keyId(),
                    usage.publicId(),
                    usage.route(),
                    usage.model());
        }
    }

    /**
     * No project is rolled up further than this; null until it is looked up. Raised before a transaction ends that may yet fail: too
     * late a time only costs needless notes.
     */
    private volatile @Nullable Instant rolledUntil;

    private final Map<Texts, Long> series = new ConcurrentHashMap<>();

    /** To be called within the transaction that rolls a project up to this time, so that no import comes in between. */
    void rolledUpTo(Instant time) {
        Instant known = rolledUntil;
        if (known != null && known.isBefore(time)) {
            rolledUntil = time;
        }
    }

    /** The numbers as one transaction sees them. */
    Session within(Handle handle) {
        return new Session(handle);
    }

    /** For the thread of its transaction. */
    final class Session {
        private final Handle handle;
        private final Map<String, Named> foundProjects = new HashMap<>();
        private final Map<Texts, Long> foundSeries = new HashMap<>();

        private Session(Handle handle) {
            this.handle = handle;
            handle.afterCommit(this::remember);
        }

        /** The project that had the slug when the request began, which may be deleted by now, and the slug another one's. */
        long project(UsageRecord usage) {
            return foundProjects
                    .computeIfAbsent(usage.projectSlug(), this::findProjects)
                    .at(Columns.micros(usage.at()));
        }

        long series(UsageRecord usage) {
            Texts texts = Texts.of(usage);
            Long known = series.get(texts);
            return known != null ? known : foundSeries.computeIfAbsent(texts, this::findSeries);
        }

        /** Sums of all records from this time on are still to be made, in every project. */
        Instant rolledUntil() {
            Instant known = rolledUntil;
            if (known == null) {
                known = Columns.ofMicros(handle.createQuery("select coalesce(max(rolled_until), 0) from usage_projects")
                        .mapTo(Long.class)
                        .one());
                rolledUntil = known;
            }
            return known;
        }

        private Named findProjects(String slug) {
            Long deleted = handle.createQuery("""
                            select max(u.id)
                              from usage_projects u
                             where u.slug = :slug and not exists (select 1 from projects p where p.id = u.project_id)
                            """)
                    .bind("slug", slug)
                    .mapTo(Long.class)
                    .findOne()
                    .orElse(null);
            Named present = handle.createQuery("select id, created_at from projects where slug = :slug")
                    .bind("slug", slug)
                    .map((row, context) ->
                            new Named(number(row.getString("id"), slug), row.getLong("created_at"), deleted))
                    .findOne()
                    .orElse(null);
            if (present != null) {
                return present;
            }
            return new Named(null, 0, deleted != null ? deleted : number(null, slug));
        }

        private long number(@Nullable String projectId, String slug) {
            handle.createUpdate("""
                            insert into usage_projects (project_id, slug) values (:projectId, :slug) on conflict do nothing
                            """)
                    .bind("projectId", projectId)
                    .bind("slug", slug)
                    .execute();
            return handle.createQuery("""
                            select max(id) from usage_projects where slug = :slug and project_id is not distinct from :projectId
                            """)
                    .bind("projectId", projectId)
                    .bind("slug", slug)
                    .mapTo(Long.class)
                    .one();
        }

        private long findSeries(Texts texts) {
            bind(handle.createUpdate("""
                            insert into usage_series (workload_id, workload_slug, key_id, public_id, route, model)
                            values (:workloadId, :workloadSlug, :keyId, :publicId, :route, :model)
                            on conflict do nothing
                            """), texts).execute();
            return bind(handle.createQuery("""
                            select id from usage_series
                             where public_id = :publicId and workload_id = :workloadId and route = :route
                               and key_id = :keyId and workload_slug = :workloadSlug
                               and coalesce(model, '') = coalesce(:model, '')
                            """), texts).mapTo(Long.class).one();
        }

        private static <S extends SqlStatement<S>> S bind(S statement, Texts texts) {
            return statement
                    .bind("workloadId", texts.workloadId())
                    .bind("workloadSlug", texts.workloadSlug())
                    .bind("keyId", texts.keyId())
                    .bind("publicId", texts.publicId())
                    .bind("route", texts.route())
                    .bind("model", texts.model());
        }

        private void remember() {
            if (series.size() + foundSeries.size() > MOST) {
                series.clear();
            }
            series.putAll(foundSeries);
        }
    }
}
