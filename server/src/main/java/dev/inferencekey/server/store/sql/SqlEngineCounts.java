package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.metering.CountingEngine;
import dev.inferencekey.server.domain.metering.ReplicaCount;
import dev.inferencekey.server.ports.store.EngineCountStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

/**
 * One row for each replica, and one for those of a workload that ended long ago.
 *
 * <p>Every statement is right whoever else changes the same rows meanwhile: whoever deletes a row adds it to the sum, and nobody else does.
 */
final class SqlEngineCounts implements EngineCountStore {
    private static final String COLUMNS =
            "replica_id, workload_id, node, engine, started_at, read_at, ended_at, prompt_tokens, output_tokens, resets, problem";

    private final SqlSession session;

    SqlEngineCounts(SqlSession session) {
        this.session = session;
    }

    @Override
    public void put(ReplicaCount count) {
        bind(session.update("insert into engine_counts (" + COLUMNS + ") " + """
                        select :id, :workload, :node, :engine, :startedAt, :readAt, :endedAt, :prompt, :output, :resets, :problem
                         where exists (select 1 from workloads where id = :workload)
                        on conflict (replica_id) do update
                           set engine = excluded.engine, read_at = excluded.read_at, ended_at = excluded.ended_at,
                               prompt_tokens = excluded.prompt_tokens, output_tokens = excluded.output_tokens,
                               resets = excluded.resets, problem = excluded.problem
                        """), count, count.replicaId())
                .execute();
        if (count.endedAt() != null) {
            ended(count.workloadId()).stream().skip(MAX_ENDED).forEach(this::fold);
        }
    }

    /** The latest end first. */
    private List<ReplicaCount> ended(String workloadId) {
        return session.query("select " + COLUMNS + " from engine_counts " + """
                         where workload_id = :workload and ended_at is not null and replica_id <> :earlier
                         order by ended_at desc, replica_id desc
                        """)
                .bind("workload", workloadId)
                .bind("earlier", earlier(workloadId))
                .map((row, context) -> count(row))
                .list();
    }

    private void fold(ReplicaCount count) {
        int deleted = session.update("delete from engine_counts where replica_id = :id")
                .bind("id", count.replicaId())
                .execute();
        if (deleted == 0) {
            return;
        }
        // What was not read at its end stands for one more time that something is not known of.
        long resets = count.resets() + (count.counts() && !count.readAtEnd() ? 1 : 0);
        bind(session.update("insert into engine_counts (" + COLUMNS + ") " + """
                        values (:id, :workload, '', :engine, :startedAt, :readAt, :endedAt, :prompt, :output, :resets, :problem)
                        on conflict (replica_id) do update
                           set engine = coalesce(excluded.engine, engine_counts.engine),
                               started_at = case when excluded.started_at < engine_counts.started_at
                                                 then excluded.started_at else engine_counts.started_at end,
                               read_at = case when excluded.read_at > engine_counts.read_at
                                              then excluded.read_at else engine_counts.read_at end,
                               ended_at = case when excluded.read_at > engine_counts.read_at
                                               then excluded.read_at else engine_counts.read_at end,
                               prompt_tokens = engine_counts.prompt_tokens + excluded.prompt_tokens,
                               output_tokens = engine_counts.output_tokens + excluded.output_tokens,
                               resets = engine_counts.resets + :resets,
                               problem = coalesce(engine_counts.problem, excluded.problem)
                        """), count, earlier(count.workloadId()))
                .bind("endedAt", Columns.micros(count.readAt()))
                .bind("resets", resets)
                .execute();
    }

    private static String earlier(String workloadId) {
        return ReplicaCount.EARLIER + ":" + workloadId;
    }

    @Override
    public void endAllOf(String node, Instant at) {
        session.update(
                        "update engine_counts set ended_at = :at where node = :node and ended_at is null and started_at < :at")
                .bind("at", Columns.micros(at))
                .bind("node", node)
                .execute();
    }

    @Override
    public List<ReplicaCount> of(String workloadId) {
        return session.query("select " + COLUMNS + " from engine_counts " + """
                         where workload_id = :workload
                         order by started_at desc, replica_id desc
                        """)
                .bind("workload", workloadId)
                .map((row, context) -> count(row))
                .list();
    }

    private static Update bind(Update update, ReplicaCount count, String id) {
        CountingEngine engine = count.engine();
        return update.bind("id", id)
                .bind("workload", count.workloadId())
                .bind("node", count.node())
                .bind("engine", engine == null ? null : engine.wire())
                .bind("startedAt", Columns.micros(count.startedAt()))
                .bind("readAt", Columns.micros(count.readAt()))
                .bind("endedAt", count.endedAt() == null ? null : (Long) Columns.micros(count.endedAt()))
                .bind("prompt", count.promptTokens())
                .bind("output", count.outputTokens())
                .bind("resets", count.resets())
                .bind("problem", count.problem());
    }

    private static ReplicaCount count(ResultSet row) throws SQLException {
        String id = row.getString("replica_id");
        @Nullable String engine = row.getString("engine");
        return new ReplicaCount(
                id.startsWith(ReplicaCount.EARLIER + ":") ? ReplicaCount.EARLIER : id,
                row.getString("workload_id"),
                row.getString("node"),
                engine == null ? null : CountingEngine.ofWire(engine),
                Columns.time(row, "started_at"),
                Columns.time(row, "read_at"),
                Columns.timeOrNull(row, "ended_at"),
                row.getLong("prompt_tokens"),
                row.getLong("output_tokens"),
                row.getLong("resets"),
                row.getString("problem"));
    }
}
