package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.ports.store.AccessChangeLog;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

final class SqlAccessChanges implements AccessChangeLog {
    private final SqlSession session;

    SqlAccessChanges(SqlSession session) {
        this.session = session;
    }

    @Override
    public void append(Subject subject, String id, boolean endsRequests) {
        appendAll("select :id as id", subject, endsRequests, "id", id);
    }

    /** Appends an entry for each id that the query finds by its one parameter, in the query's order. */
    void appendAll(String ids, Subject subject, boolean endsRequests, String parameter, String value) {
        String lock = session.dialect().lockChangeLog();
        if (lock != null) {
            session.query(lock).mapTo(Long.class).one();
        }
        session.update("""
                        insert into access_changes (subject, subject_id, mark, ends_requests)
                            select :subject, id, <mark>, :endsRequests from (<ids>) t
                        """)
                .define("mark", session.dialect().randomText())
                .define("ids", ids)
                .bind("subject", subject.name())
                .bind("endsRequests", endsRequests ? 1 : 0)
                .bind(parameter, value)
                .execute();
        String announcement = session.dialect().announceChange();
        if (announcement != null) {
            session.query(announcement).mapTo(Long.class).one();
        }
    }

    @Override
    public Position last() {
        return session.query("select epoch, mark from access_changes order by epoch desc limit 1")
                .map((row, context) -> new Position(row.getLong("epoch"), row.getString("mark")))
                .findOne()
                .orElse(Position.START);
    }

    @Override
    public Optional<List<Entry>> after(Position position, int limit) {
        boolean known = position.equals(Position.START)
                ? last().equals(Position.START)
                : session.query("select count(*) from access_changes where epoch = :epoch and mark = :mark")
                                .bind("epoch", position.epoch())
                                .bind("mark", position.mark())
                                .mapTo(Long.class)
                                .one()
                        > 0;
        if (!known) {
            return Optional.empty();
        }
        List<Optional<Entry>> entries = session.query("""
                        select epoch, mark, subject, subject_id, ends_requests
                          from access_changes
                         where epoch > :epoch
                         order by epoch
                         limit :limit
                        """)
                .bind("epoch", position.epoch())
                .bind("limit", limit + 1L)
                .map((row, context) -> entry(row))
                .list();
        // What a newer release says is not known here; everything read anew has it in it.
        return entries.size() > limit || entries.stream().anyMatch(Optional::isEmpty)
                ? Optional.empty()
                : Optional.of(entries.stream().flatMap(Optional::stream).toList());
    }

    private static Optional<Entry> entry(ResultSet row) throws SQLException {
        String name = row.getString("subject");
        Position position = new Position(row.getLong("epoch"), row.getString("mark"));
        String id = row.getString("subject_id");
        boolean endsRequests = row.getInt("ends_requests") != 0;
        return Arrays.stream(Subject.values())
                .filter(subject -> subject.name().equals(name))
                .findFirst()
                .map(subject -> new Entry(position, subject, id, endsRequests));
    }

    @Override
    public void trim(int keep) {
        session.update("delete from access_changes where epoch <= :last - :keep")
                .bind("last", last().epoch())
                .bind("keep", Math.max(1, keep))
                .execute();
    }
}
