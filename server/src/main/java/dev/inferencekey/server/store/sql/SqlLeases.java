package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.ports.node.Leases.Lease;
import dev.inferencekey.server.ports.store.LeaseStore;
import dev.inferencekey.server.ports.store.LostLeaseException;
import java.util.Optional;

final class SqlLeases implements LeaseStore {
    private final SqlSession session;

    SqlLeases(SqlSession session) {
        this.session = session;
    }

    @Override
    public Optional<Lease> tryHold(String name, String nodeId) {
        return session.query("""
                        select l.token from leases l join nodes n on n.id = l.node_id
                         where l.name = :name and n.id = :nodeId and n.lost_at is null
                        """)
                .bind("name", name)
                .bind("nodeId", nodeId)
                .mapTo(Long.class)
                .findOne()
                .or(() -> take(name, nodeId))
                .map(token -> new Lease(name, token));
    }

    private Optional<Long> take(String name, String nodeId) {
        int taken =
                session.update("""
                        insert into leases (name, node_id, token)
                            select :name, n.id, 1 from nodes n where n.id = :nodeId and n.lost_at is null
                        on conflict (name) do update set node_id = excluded.node_id, token = leases.token + 1
                            where not exists
                                (select 1 from nodes n where n.id = leases.node_id and n.lost_at is null)
                        """).bind("name", name).bind("nodeId", nodeId).execute();
        return taken == 0
                ? Optional.empty()
                : session.query("select token from leases where name = :name")
                        .bind("name", name)
                        .mapTo(Long.class)
                        .findOne();
    }

    @Override
    public void release(Lease lease) {
        session.update("update leases set node_id = null where name = :name and token = :token")
                .bind("name", lease.name())
                .bind("token", lease.token())
                .execute();
    }

    @Override
    public void requireHeld(Lease lease) {
        // A change of the row rather than a look at it: nobody else gets the lease before this transaction has ended.
        int held = session.update(
                        "update leases set token = :token where name = :name and token = :token and node_id is not null")
                .bind("name", lease.name())
                .bind("token", lease.token())
                .execute();
        if (held == 0) {
            throw new LostLeaseException(lease.name());
        }
    }
}
