package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.replica.Goal;
import dev.inferencekey.server.domain.replica.PlacedReplica;
import dev.inferencekey.server.domain.replica.PlacedReplica.Standing;
import dev.inferencekey.server.domain.replica.ReplicaAddress;
import dev.inferencekey.server.domain.replica.ReplicaPhase;
import dev.inferencekey.server.domain.replica.ReplicaVersion;
import dev.inferencekey.server.domain.replica.Restarts;
import dev.inferencekey.server.domain.replica.WorkloadRun;
import dev.inferencekey.server.ports.store.ReplicaStore;
import java.net.URI;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.statement.Update;
import org.jspecify.annotations.Nullable;

final class SqlReplicas implements ReplicaStore {
    private static final String SELECT = """
            select id, workload_id, node_id, revision, secret_set_at, wanted, noted, placed_at, phase, step, message,
                   retryable, ready_since, base_url, model, sealed_secret, external, below_v1, node_address
              from replicas
            """;
    private static final String SELECT_RUNS = """
            select workload_id, goal, replicas, wakes, opens_at, why, revision, secret_set_at, failures, hopeless,
                   not_before, reason, since, was_ready
              from workload_runs
            """;

    private static final String REPLICAS = "replicas";
    private static final String CLOSED = "closed";
    private static final String UNPLACED = "unplaced";
    private static final String IMPOSSIBLE = "impossible";

    private final SqlSession session;

    SqlReplicas(SqlSession session) {
        this.session = session;
    }

    @Override
    public List<PlacedReplica> all() {
        return session.query(SELECT + "order by placed_at, id")
                .map((row, context) -> replica(row))
                .list();
    }

    @Override
    public List<PlacedReplica> ofWorkload(String workloadId) {
        return session.query(SELECT + "where workload_id = :workloadId order by placed_at, id")
                .bind("workloadId", workloadId)
                .map((row, context) -> replica(row))
                .list();
    }

    @Override
    public void insert(PlacedReplica replica) {
        bind(session.update("""
                        insert into replicas (id, workload_id, node_id, revision, secret_set_at, wanted, noted, placed_at,
                                              phase, step, message, retryable, ready_since,
                                              base_url, model, sealed_secret, external, below_v1, node_address)
                        values (:id, :workloadId, :nodeId, :revision, :secretSetAt, :wanted, :noted, :placedAt,
                                :phase, :step, :message, :retryable, :readySince,
                                :baseUrl, :model, :sealedSecret, :external, :belowV1, :nodeAddress)
                        """), replica.standing())
                .bind("id", replica.id())
                .bind("workloadId", replica.workloadId())
                .bind("nodeId", replica.nodeId())
                .bind("revision", replica.version().revision())
                .bind("secretSetAt", Columns.microsOrNull(replica.version().secretSetAt()))
                .bind("wanted", number(replica.wanted()))
                .bind("noted", number(replica.noted()))
                .bind("placedAt", Columns.micros(replica.placedAt()))
                .execute();
    }

    @Override
    public void unwant(String replicaId) {
        session.update("update replicas set wanted = 0 where id = :id")
                .bind("id", replicaId)
                .execute();
    }

    @Override
    public void move(String replicaId, String nodeId) {
        session.update("update replicas set node_id = :nodeId where id = :id")
                .bind("id", replicaId)
                .bind("nodeId", nodeId)
                .execute();
    }

    @Override
    public void note(String replicaId) {
        session.update("update replicas set noted = 1 where id = :id")
                .bind("id", replicaId)
                .execute();
    }

    @Override
    public boolean report(String replicaId, String nodeId, Standing standing) {
        return bind(session.update("""
                        update replicas
                           set phase = :phase, step = :step, message = :message, retryable = :retryable,
                               ready_since = :readySince, base_url = :baseUrl, model = :model,
                               sealed_secret = :sealedSecret, external = :external, below_v1 = :belowV1,
                               node_address = :nodeAddress
                         where id = :id and node_id = :nodeId
                        """), standing)
                        .bind("id", replicaId)
                        .bind("nodeId", nodeId)
                        .execute()
                > 0;
    }

    private static Update bind(Update update, Standing standing) {
        ReplicaAddress address = standing.address();
        return update.bind("phase", standing.phase().name().toLowerCase(Locale.ROOT))
                .bind("step", standing.step())
                .bind("message", standing.message())
                .bind("retryable", number(standing.retryable()))
                .bind("readySince", Columns.microsOrNull(standing.readySince()))
                .bind("baseUrl", address == null ? null : address.baseUrl().toString())
                .bind("model", address == null ? null : address.model())
                .bind("sealedSecret", sealed(address))
                .bind("external", address == null ? null : Integer.valueOf(number(address.external())))
                .bind("belowV1", address == null ? null : Integer.valueOf(number(address.routesBelowV1())))
                .bind("nodeAddress", address == null ? null : address.node());
    }

    @Override
    public void remove(String replicaId) {
        session.update("delete from replicas where id = :id")
                .bind("id", replicaId)
                .execute();
    }

    @Override
    public List<WorkloadRun> runs() {
        return session.query(SELECT_RUNS + "order by workload_id")
                .map((row, context) -> run(row))
                .list();
    }

    @Override
    public Optional<WorkloadRun> run(String workloadId) {
        return session.query(SELECT_RUNS + "where workload_id = :workloadId")
                .bind("workloadId", workloadId)
                .map((row, context) -> run(row))
                .findFirst();
    }

    @Override
    public void putRun(WorkloadRun run) {
        Goal goal = run.goal();
        ReplicaVersion version = run.version();
        Restarts restarts = run.restarts();
        session.update("""
                        insert into workload_runs (workload_id, goal, replicas, wakes, opens_at, why, revision,
                                                   secret_set_at, failures, hopeless, not_before, reason, since, was_ready)
                        values (:workloadId, :goal, :replicas, :wakes, :opensAt, :why, :revision,
                                :secretSetAt, :failures, :hopeless, :notBefore, :reason, :since, :wasReady)
                        on conflict (workload_id) do update
                           set goal = excluded.goal, replicas = excluded.replicas, wakes = excluded.wakes,
                               opens_at = excluded.opens_at, why = excluded.why, revision = excluded.revision,
                               secret_set_at = excluded.secret_set_at, failures = excluded.failures,
                               hopeless = excluded.hopeless, not_before = excluded.not_before,
                               reason = excluded.reason, since = excluded.since, was_ready = excluded.was_ready
                        """)
                .bind("workloadId", run.workloadId())
                .bind("goal", name(goal))
                .bind("replicas", goal.desired())
                .bind("wakes", number(goal instanceof Goal.Replicas replicas && replicas.wakes()))
                .bind("opensAt", goal instanceof Goal.Closed(var opensAt) ? Columns.microsOrNull(opensAt) : null)
                .bind("why", why(goal))
                .bind("revision", version == null ? null : Long.valueOf(version.revision()))
                .bind("secretSetAt", version == null ? null : Columns.microsOrNull(version.secretSetAt()))
                .bind("failures", restarts.failures())
                .bind("hopeless", number(restarts.hopeless()))
                .bind("notBefore", Columns.microsOrNull(restarts.notBefore()))
                .bind("reason", restarts.reason())
                .bind("since", Columns.micros(run.since()))
                .bind("wasReady", number(run.wasReady()))
                .execute();
    }

    @Override
    public void removeRun(String workloadId) {
        session.update("delete from workload_runs where workload_id = :workloadId")
                .bind("workloadId", workloadId)
                .execute();
    }

    @Override
    public void ask(String workloadId) {
        session.update(
                        "insert into workload_asks (workload_id) values (:workloadId) on conflict (workload_id) do nothing")
                .bind("workloadId", workloadId)
                .execute();
    }

    @Override
    public List<String> asked() {
        return session.query("select workload_id from workload_asks order by workload_id")
                .mapTo(String.class)
                .list();
    }

    @Override
    public void heard(String workloadId) {
        session.update("delete from workload_asks where workload_id = :workloadId")
                .bind("workloadId", workloadId)
                .execute();
    }

    private static PlacedReplica replica(ResultSet row) throws SQLException {
        return new PlacedReplica(
                row.getString("id"),
                row.getString("workload_id"),
                row.getString("node_id"),
                new ReplicaVersion(row.getLong("revision"), Columns.timeOrNull(row, "secret_set_at")),
                row.getInt("wanted") != 0,
                row.getInt("noted") != 0,
                Columns.time(row, "placed_at"),
                new Standing(
                        ReplicaPhase.valueOf(row.getString("phase").toUpperCase(Locale.ROOT)),
                        row.getString("step"),
                        row.getString("message"),
                        row.getInt("retryable") != 0,
                        Columns.timeOrNull(row, "ready_since"),
                        address(row)));
    }

    private static @Nullable ReplicaAddress address(ResultSet row) throws SQLException {
        String url = Columns.textOrNull(row, "base_url");
        return url == null
                ? null
                : new ReplicaAddress(
                        URI.create(url),
                        row.getString("model"),
                        sealed(row),
                        row.getInt("external") != 0,
                        row.getInt("below_v1") != 0,
                        Columns.textOrNull(row, "node_address"));
    }

    private static byte @Nullable [] sealed(@Nullable ReplicaAddress address) {
        return address == null || address.sealedSecret() == null
                ? null
                : Base64.getDecoder().decode(address.sealedSecret());
    }

    private static @Nullable String sealed(ResultSet row) throws SQLException {
        byte[] bytes = row.getBytes("sealed_secret");
        return bytes == null ? null : Base64.getEncoder().encodeToString(bytes);
    }

    private static WorkloadRun run(ResultSet row) throws SQLException {
        Long revision = Columns.longOrNull(row, "revision");
        return new WorkloadRun(
                row.getString("workload_id"),
                goal(row),
                revision == null ? null : new ReplicaVersion(revision, Columns.timeOrNull(row, "secret_set_at")),
                new Restarts(
                        row.getInt("failures"),
                        row.getInt("hopeless") != 0,
                        Columns.timeOrNull(row, "not_before"),
                        Columns.textOrNull(row, "reason")),
                Columns.time(row, "since"),
                row.getInt("was_ready") != 0);
    }

    private static Goal goal(ResultSet row) throws SQLException {
        String goal = row.getString("goal");
        return switch (goal) {
            case REPLICAS -> new Goal.Replicas(row.getInt("replicas"), row.getInt("wakes") != 0);
            case CLOSED -> new Goal.Closed(Columns.timeOrNull(row, "opens_at"));
            case UNPLACED -> new Goal.Unplaced(row.getString("why"));
            case IMPOSSIBLE -> new Goal.Impossible(row.getString("why"));
            default -> throw new IllegalStateException("no goal is called " + goal);
        };
    }

    private static String name(Goal goal) {
        return switch (goal) {
            case Goal.Replicas _ -> REPLICAS;
            case Goal.Closed _ -> CLOSED;
            case Goal.Unplaced _ -> UNPLACED;
            case Goal.Impossible _ -> IMPOSSIBLE;
        };
    }

    private static @Nullable String why(Goal goal) {
        return switch (goal) {
            case Goal.Unplaced(String why) -> why;
            case Goal.Impossible(String why) -> why;
            case Goal.Replicas _, Goal.Closed _ -> null;
        };
    }

    private static int number(boolean value) {
        return value ? 1 : 0;
    }
}
