package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.price.PriceBook;
import dev.inferencekey.server.domain.price.PricePeriod;
import dev.inferencekey.server.domain.price.TokenPrice;
import dev.inferencekey.server.ports.store.PriceStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

final class SqlPrices implements PriceStore {
    /** In {@code until}, of what still holds: the time of a record is always before it, and no null needs a case of its own. */
    private static final long OPEN = Long.MAX_VALUE;

    private final SqlSession session;

    SqlPrices(SqlSession session) {
        this.session = session;
    }

    @Override
    public void holdImports() {
        session.dialect().usageTables().ownPrices(session.writing());
    }

    @Override
    public List<PricePeriod> current(String projectId) {
        return session.query("""
                        select workload_slug, since, until, input, cached_input, output
                          from workload_prices
                         where project_id = :projectId and until = :open
                         order by workload_slug
                        """)
                .bind("projectId", projectId)
                .bind("open", OPEN)
                .map((row, context) -> period(row, 1))
                .list();
    }

    @Override
    public Optional<PricePeriod> find(String projectId, String workloadSlug) {
        return session.query("""
                        select workload_slug, since, until, input, cached_input, output
                          from workload_prices
                         where project_id = :projectId and workload_slug = :workloadSlug and until = :open
                        """)
                .bind("projectId", projectId)
                .bind("workloadSlug", workloadSlug)
                .bind("open", OPEN)
                .map((row, context) -> period(row, 1))
                .findOne();
    }

    @Override
    public List<PricePeriod> history(String projectId, String workloadSlug, int limit) {
        return session.query("""
                        select workload_slug, since, until, input, cached_input, output
                          from workload_prices
                         where project_id = :projectId and workload_slug = :workloadSlug
                         order by since desc
                         limit :limit
                        """)
                .bind("projectId", projectId)
                .bind("workloadSlug", workloadSlug)
                .bind("limit", limit)
                .map((row, context) -> period(row, 1))
                .list();
    }

    @Override
    public PriceBook book(Collection<String> projectSlugs, Collection<String> workloadSlugs, Instant from) {
        if (projectSlugs.isEmpty() || workloadSlugs.isEmpty()) {
            return PriceBook.EMPTY;
        }
        if (session.isWritable()) {
            session.dialect().usageTables().sharePrices(session.writing());
        }
        Map<String, List<PricePeriod>> byProject = new HashMap<>();
        // The plus keeps SQLite from reading all prices of a project by their ends: a batch is about few workloads.
        session.query("""
                        select p.slug, w.workload_slug, w.since, w.until, w.input, w.cached_input, w.output
                          from projects p
                          join workload_prices w on w.project_id = p.id
                         where p.slug in (<projects>) and w.workload_slug in (<workloads>) and +w.until > :from
                        """)
                .bindList("projects", List.copyOf(projectSlugs))
                .bindList("workloads", List.copyOf(workloadSlugs))
                .bind("from", Columns.micros(from))
                .scanResultSet((rows, context) -> {
                    ResultSet row = rows.get();
                    while (row.next()) {
                        byProject
                                .computeIfAbsent(row.getString(1), slug -> new ArrayList<>())
                                .add(period(row, 2));
                    }
                    return true;
                });
        return PriceBook.of(byProject);
    }

    @Override
    public PricePeriod put(String projectId, String workloadSlug, TokenPrice price, Instant since) {
        long from = endOpen(projectId, workloadSlug, Columns.micros(since));
        session.update("""
                        insert into workload_prices (project_id, workload_slug, since, until, input, cached_input, output)
                        values (:projectId, :workloadSlug, :since, :open, :input, :cachedInput, :output)
                        """)
                .bind("projectId", projectId)
                .bind("workloadSlug", workloadSlug)
                .bind("since", from)
                .bind("open", OPEN)
                .bind("input", price.inputPicoUsd())
                .bind("cachedInput", price.cachedInputPicoUsd())
                .bind("output", price.outputPicoUsd())
                .execute();
        return new PricePeriod(workloadSlug, price, Columns.ofMicros(from), null);
    }

    @Override
    public boolean end(String projectId, String workloadSlug, Instant at) {
        boolean held = find(projectId, workloadSlug).isPresent();
        if (held) {
            endOpen(projectId, workloadSlug, Columns.micros(at));
        }
        return held;
    }

    /** Returns from when on the next price can hold. A price that would end where it began never held, and is deleted. */
    private long endOpen(String projectId, String workloadSlug, long wanted) {
        long last = session.query("""
                        select coalesce(max(case when until = :open then since else until end), 0)
                          from workload_prices
                         where project_id = :projectId and workload_slug = :workloadSlug
                        """)
                .bind("projectId", projectId)
                .bind("workloadSlug", workloadSlug)
                .bind("open", OPEN)
                .mapTo(Long.class)
                .one();
        long at = Math.max(wanted, last);
        session.update("""
                        delete from workload_prices
                         where project_id = :projectId and workload_slug = :workloadSlug and since = :at and until = :open
                        """)
                .bind("projectId", projectId)
                .bind("workloadSlug", workloadSlug)
                .bind("at", at)
                .bind("open", OPEN)
                .execute();
        session.update("""
                        update workload_prices
                           set until = :at
                         where project_id = :projectId and workload_slug = :workloadSlug and until = :open
                        """)
                .bind("projectId", projectId)
                .bind("workloadSlug", workloadSlug)
                .bind("at", at)
                .bind("open", OPEN)
                .execute();
        return at;
    }

    /** By position, from this column on: a batch that is imported reads the prices of whole projects. */
    private static PricePeriod period(ResultSet row, int first) throws SQLException {
        long cached = row.getLong(first + 4);
        Long cachedInput = row.wasNull() ? null : (Long) cached;
        long until = row.getLong(first + 2);
        return new PricePeriod(
                row.getString(first),
                new TokenPrice(row.getLong(first + 3), cachedInput, row.getLong(first + 5)),
                Columns.ofMicros(row.getLong(first + 1)),
                until == OPEN ? null : Columns.ofMicros(until));
    }
}
