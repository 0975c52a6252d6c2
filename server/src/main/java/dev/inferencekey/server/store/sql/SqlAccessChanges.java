package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.ports.store.AccessChangeLog;
import java.util.List;

final class SqlAccessChanges implements AccessChangeLog {
    private final SqlSession session;

    SqlAccessChanges(SqlSession session) {
        this.session = session;
    }

    @Override
    public long append(Subject subject, String id) {
        lock(session);
        return session.update("insert into access_changes (subject, subject_id) values (:subject, :id)")
                .bind("subject", subject.name())
                .bind("id", id)
                .executeAndReturnGeneratedKeys("epoch")
                .mapTo(Long.class)
                .one();
    }

    /** To be called before an entry is appended: from here to its end, this transaction is the only one that does. */
    static void lock(SqlSession session) {
        String statement = session.dialect().lockChangeLog();
        if (statement != null) {
            session.query(statement).mapTo(Long.class).one();
        }
    }

    @Override
    public long lastEpoch() {
        return session.query(session.dialect().lastEpoch()).mapTo(Long.class).one();
    }

    @Override
    public List<Entry> after(long epoch, int limit) {
        return session.query("""
                        select epoch, subject, subject_id
                          from access_changes
                         where epoch > :epoch
                         order by epoch
                         limit :limit
                        """)
                .bind("epoch", epoch)
                .bind("limit", limit)
                .map((row, context) -> new Entry(
                        row.getLong("epoch"), Subject.valueOf(row.getString("subject")), row.getString("subject_id")))
                .list();
    }

    @Override
    public long oldestEpoch() {
        return session.query("select coalesce(min(epoch), 0) from access_changes")
                .mapTo(Long.class)
                .one();
    }

    @Override
    public void trim(int keep) {
        session.update("delete from access_changes where epoch <= :last - :keep")
                .bind("last", lastEpoch())
                .bind("keep", keep)
                .execute();
    }
}
