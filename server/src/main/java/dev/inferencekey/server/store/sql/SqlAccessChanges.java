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
        if (position.equals(Position.START)) {
            return last().equals(Position.START) ? Optional.of(List.of()) : Optional.empty();
        }
        // The entry itself and what came after in one question: it is asked often, and somebody waits for it.
        List<Row> rows = session.query("""
                        select epoch, mark, subject, subject_id, ends_requests
                          from access_changes
                         where epoch >= :epoch
                         order by epoch
                         limit :limit
                        """)
                .bind("epoch", position.epoch())
                .bind("limit", limit + 2L)
                .map((row, context) -> Row.of(row))
                .list();
        if (rows.isEmpty()
                || rows.size() > limit + 1
                || !rows.getFirst().position().equals(position)) {
            return Optional.empty();
        }
        List<Optional<Entry>> entries = rows.stream().skip(1).map(Row::entry).toList();
        // What a newer release says is not known here; everything read anew has it in it.
        return entries.stream().anyMatch(Optional::isEmpty)
                ? Optional.empty()
                : Optional.of(entries.stream().flatMap(Optional::stream).toList());
    }

    private record Row(Position position, String subject, String id, boolean endsRequests) {
        static Row of(ResultSet row) throws SQLException {
            return new Row(
                    new Position(row.getLong("epoch"), row.getString("mark")),
                    row.getString("subject"),
                    row.getString("subject_id"),
                    row.getInt("ends_requests") != 0);
        }

        /** Empty if this release does not know what it is about. */
        Optional<Entry> entry() {
            return Arrays.stream(Subject.values())
                    .filter(known -> known.name().equals(subject))
                    .findFirst()
                    .map(known -> new Entry(position, known, id, endsRequests));
        }
    }

    @Override
    public void trim(int keep) {
        session.update("delete from access_changes where epoch <= :last - :keep")
                .bind("last", last().epoch())
                .bind("keep", Math.max(1, keep))
                .execute();
    }
}
