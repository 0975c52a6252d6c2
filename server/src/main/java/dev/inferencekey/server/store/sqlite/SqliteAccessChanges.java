package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.ports.store.AccessChangeLog;
import java.util.List;

final class SqliteAccessChanges implements AccessChangeLog {
    private final SqliteSession session;

    SqliteAccessChanges(SqliteSession session) {
        this.session = session;
    }

    @Override
    public long append(Subject subject, String id) {
        return session.update("insert into access_changes (subject, subject_id) values (:subject, :id)")
                .bind("subject", subject.name())
                .bind("id", id)
                .executeAndReturnGeneratedKeys("epoch")
                .mapTo(Long.class)
                .one();
    }

    @Override
    public long lastEpoch() {
        // SQLite's own count for autoincrement: it remembers epochs whose entries are gone.
        return session.query("select coalesce(max(seq), 0) from sqlite_sequence where name = 'access_changes'")
                .mapTo(Long.class)
                .one();
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
