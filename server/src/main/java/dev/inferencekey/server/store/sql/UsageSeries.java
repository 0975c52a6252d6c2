package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.inference.UsageRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/**
 * The numbers that stand in usage records for texts which repeat from request to request. Thread-safe.
 *
 * <p>Invariant: what is remembered here is committed, so a number that a record refers to exists. Several nodes may be in want of the same
 * number: one gives it out, and the others wait until it is committed. They ask in the order of the texts, so no two wait for each other.
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
        static final Comparator<Texts> ORDER = Comparator.comparing(Texts::publicId)
                .thenComparing(Texts::workloadId)
                .thenComparing(Texts::route)
                .thenComparing(Texts::keyId)
                .thenComparing(Texts::workloadSlug)
                .thenComparing(texts -> texts.model() == null ? "" : texts.model());

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

    private final Map<Texts, Long> series = new ConcurrentHashMap<>();

    /** The numbers as one transaction sees them. */
    Session within(Handle handle) {
        return new Session(handle);
    }

    /** For the thread of its transaction. */
    final class Session {
        private final Handle handle;
        private final Map<Texts, Long> found = new HashMap<>();

        private Session(Handle handle) {
            this.handle = handle;
            handle.afterCommit(this::remember);
        }

        /** The records with their numbers, in the order of {@link UsageRow#ORDER}; gives out numbers that are missing. */
        List<UsageRow> rows(List<UsageRecord> records) {
            Map<String, Named> projects = new HashMap<>();
            records.stream()
                    .map(UsageRecord::projectSlug)
                    .distinct()
                    .sorted()
                    .forEach(slug -> projects.put(slug, findProjects(slug)));
            TreeSet<Texts> missing = new TreeSet<>(Texts.ORDER);
            List<@Nullable Long> numbers = new ArrayList<>(records.size());
            for (UsageRecord usage : records) {
                Texts texts = Texts.of(usage);
                Long known = series.get(texts);
                numbers.add(known);
                if (known == null) {
                    missing.add(texts);
                }
            }
            missing.forEach(texts -> found.put(texts, findSeries(texts)));
            List<UsageRow> rows = new ArrayList<>(records.size());
            for (int i = 0; i < records.size(); i++) {
                UsageRecord usage = records.get(i);
                // The project that had the slug when the request began, which may be deleted by now, and the slug
                // another one's.
                Named project = Objects.requireNonNull(projects.get(usage.projectSlug()));
                Long number = numbers.get(i);
                rows.add(new UsageRow(
                        project.at(Columns.micros(usage.at())),
                        Columns.micros(usage.at()),
                        number != null ? number : Objects.requireNonNull(found.get(Texts.of(usage))),
                        usage));
            }
            rows.sort(UsageRow.ORDER);
            return rows;
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
            return knownNumber(projectId, slug).orElseGet(() -> {
                handle.createUpdate("""
                                insert into usage_projects (project_id, slug) values (:projectId, :slug) on conflict do nothing
                                """)
                        .bind("projectId", projectId)
                        .bind("slug", slug)
                        .execute();
                return knownNumber(projectId, slug).orElseThrow();
            });
        }

        /** Of a project, or of all that had this slug and were gone before anything of them came. */
        private Optional<Long> knownNumber(@Nullable String projectId, String slug) {
            String which = projectId == null ? "project_id is null and slug = :key" : "project_id = :key";
            return handle.createQuery("select id from usage_projects where " + which)
                    .bind("key", projectId == null ? slug : projectId)
                    .mapTo(Long.class)
                    .findOne();
        }

        private long findSeries(Texts texts) {
            return knownSeries(texts).orElseGet(() -> {
                bind(handle.createUpdate("""
                                insert into usage_series (workload_id, workload_slug, key_id, public_id, route, model)
                                values (:workloadId, :workloadSlug, :keyId, :publicId, :route, :model)
                                on conflict do nothing
                                """), texts).execute();
                return knownSeries(texts).orElseThrow();
            });
        }

        private Optional<Long> knownSeries(Texts texts) {
            return bind(handle.createQuery("""
                            select id from usage_series
                             where public_id = :publicId and workload_id = :workloadId and route = :route
                               and key_id = :keyId and workload_slug = :workloadSlug
                               and coalesce(model, '') = coalesce(:model, '')
                            """), texts).mapTo(Long.class).findOne();
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
            if (series.size() + found.size() > MOST) {
                series.clear();
            }
            series.putAll(found);
        }
    }
}
