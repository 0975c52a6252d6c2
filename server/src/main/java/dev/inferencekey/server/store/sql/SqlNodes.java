package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.domain.node.WhenCutOff;
import dev.inferencekey.server.ports.store.AccessChangeLog.Position;
import dev.inferencekey.server.ports.store.NodeStore;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jdbi.v3.core.statement.Update;

final class SqlNodes implements NodeStore {
    private final SqlSession session;

    SqlNodes(SqlSession session) {
        this.session = session;
    }

    /** With {@code <now>} standing for the store's time. */
    private Update update(String sql) {
        return session.update(sql).define("now", session.dialect().now());
    }

    @Override
    public Optional<Node> register(Node.Declared node) {
        session.update("delete from nodes where home_id = :homeId")
                .bind("homeId", node.homeId())
                .execute();
        Optional<Node> other = withName(node.name());
        if (other.isEmpty()) {
            insert(node);
        }
        return other;
    }

    @Override
    public Optional<Node> registerAgain(Node.Declared node) {
        Optional<Node> other = withName(node.name())
                .or(() -> all().stream()
                        .filter(present -> present.declared().homeId().equals(node.homeId()))
                        .filter(present -> !present.id().equals(node.id()))
                        .findFirst());
        if (other.isEmpty() && !revive(node.id())) {
            insert(node);
        }
        return other;
    }

    private boolean revive(String nodeId) {
        return update("""
                                update nodes
                                   set beats = beats + 1, heartbeat_at = <now>, epoch = 0, mark = '', acknowledged_at = null,
                                       lost_at = null
                                 where id = :id
                                """).bind("id", nodeId).execute() > 0;
    }

    /** The node with this name, unless it was not heard of for the time of its lease; only whether names meet depends on that clock. */
    private Optional<Node> withName(String name) {
        Instant now = now();
        return all().stream()
                .filter(node -> node.name().equals(name))
                .filter(Node::live)
                .filter(node -> node.heartbeatAt().plus(node.declared().lease()).isAfter(now))
                .findFirst();
    }

    private void insert(Node.Declared node) {
        update("""
                        insert into nodes (id, home_id, name, version, role, runs_engines, advertised, lease_micros, when_cut_off,
                                           when_cut_off_for_micros, started_at, heartbeat_at, beats, epoch, mark, acknowledged_at,
                                           draining, lost_at)
                        values (:id, :homeId, :name, :version, :role, :runsEngines, :advertised, :leaseMicros, :whenCutOff,
                                :whenCutOffForMicros, <now>, <now>, 1, 0, '', null, 0, null)
                        """)
                .bind("id", node.id())
                .bind("homeId", node.homeId())
                .bind("name", node.name())
                .bind("version", node.version())
                .bind("role", node.role().text())
                .bind("runsEngines", node.runsEngines() ? 1 : 0)
                .bind("advertised", node.advertised())
                .bind("leaseMicros", node.lease().toNanos() / 1000)
                .bind("whenCutOff", node.whenCutOff().text())
                .bind("whenCutOffForMicros", node.whenCutOffFor().toNanos() / 1000)
                .execute();
    }

    @Override
    public void removeAll() {
        session.update("delete from nodes").execute();
    }

    @Override
    public boolean beat(String nodeId, Position inForce) {
        return update("""
                                update nodes
                                   set beats = beats + 1, heartbeat_at = <now>, epoch = :epoch, mark = :mark,
                                       acknowledged_at =
                                           case when acknowledged_at is not null and epoch = :epoch and mark = :mark
                                                then acknowledged_at else <now> end
                                 where id = :id and lost_at is null
                                """)
                        .bind("id", nodeId)
                        .bind("epoch", inForce.epoch())
                        .bind("mark", inForce.mark())
                        .execute()
                > 0;
    }

    @Override
    public void acknowledge(String nodeId, Position inForce) {
        String acknowledge = """
                update nodes
                   set epoch = :epoch, mark = :mark, acknowledged_at = <now>
                 where id = :id and lost_at is null
                   and (acknowledged_at is null or epoch <> :epoch or mark <> :mark)
                """;
        String announcement = session.dialect().announceAcknowledgement();
        if (announcement == null) {
            acknowledging(update(acknowledge), nodeId, inForce).execute();
        } else {
            // In one statement: somebody waits for it.
            acknowledging(
                            session.query("with told as (" + acknowledge
                                            + " returning id) select <announcement> from told")
                                    .define("now", session.dialect().now())
                                    .define("announcement", announcement),
                            nodeId,
                            inForce)
                    .mapTo(String.class)
                    .findOne();
        }
    }

    private static <S extends SqlStatement<S>> S acknowledging(S statement, String nodeId, Position inForce) {
        return statement.bind("id", nodeId).bind("epoch", inForce.epoch()).bind("mark", inForce.mark());
    }

    @Override
    public void markLost(String nodeId, long beats) {
        update("update nodes set lost_at = <now> where id = :id and beats = :beats and lost_at is null")
                .bind("id", nodeId)
                .bind("beats", beats)
                .execute();
    }

    @Override
    public List<Node> all() {
        return session.query("""
                        select n.*,
                               case when exists (select 1 from access_changes c where c.epoch = n.epoch and c.mark = n.mark)
                                    then n.epoch else 0 end as acknowledged_epoch
                          from nodes n
                         order by n.name, n.started_at, n.id
                        """).map((row, context) -> node(row)).list();
    }

    @Override
    public boolean setDraining(String nodeId, boolean draining) {
        return session.update("update nodes set draining = :draining where id = :id")
                        .bind("id", nodeId)
                        .bind("draining", draining ? 1 : 0)
                        .execute()
                > 0;
    }

    @Override
    public boolean remove(String nodeId) {
        return session.update("delete from nodes where id = :id")
                        .bind("id", nodeId)
                        .execute()
                > 0;
    }

    @Override
    public void forgetLostBefore(Instant time, Collection<String> nodeIds) {
        if (!nodeIds.isEmpty()) {
            session.update("delete from nodes where id in (<ids>) and lost_at < :time")
                    .bindList("ids", List.copyOf(nodeIds))
                    .bind("time", Columns.micros(time))
                    .execute();
        }
    }

    @Override
    public Instant now() {
        return Columns.ofMicros(session.query("select <now>")
                .define("now", session.dialect().now())
                .mapTo(Long.class)
                .one());
    }

    private static Node node(ResultSet row) throws SQLException {
        Node.Declared declared = new Node.Declared(
                row.getString("id"),
                row.getString("home_id"),
                row.getString("name"),
                row.getString("version"),
                NodeRole.parse(row.getString("role")).orElseThrow(),
                row.getInt("runs_engines") != 0,
                row.getString("advertised"),
                Duration.of(row.getLong("lease_micros"), ChronoUnit.MICROS),
                WhenCutOff.parse(row.getString("when_cut_off")).orElseThrow(),
                Duration.of(row.getLong("when_cut_off_for_micros"), ChronoUnit.MICROS));
        Instant lostAt = Columns.timeOrNull(row, "lost_at");
        return new Node(
                declared,
                Columns.time(row, "started_at"),
                Columns.time(row, "heartbeat_at"),
                row.getLong("beats"),
                row.getLong("acknowledged_epoch"),
                Columns.timeOrNull(row, "acknowledged_at"),
                row.getInt("draining") != 0,
                lostAt,
                lostAt == null || !declared.role().servesDataPlane() ? null : lostAt.plus(declared.servesOnFor()));
    }
}
