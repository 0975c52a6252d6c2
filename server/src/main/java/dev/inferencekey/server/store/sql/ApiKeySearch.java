package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.credential.CredentialSearch;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.ports.store.KeyFilter;
import dev.inferencekey.server.ports.store.PageRequest;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the newest keys of a project that a filter shows.
 *
 * <p>Notes. Keys are numbered as they come, and a project's keys are cut into pieces of {@value #PIECE} by that number. One statement,
 * which finds the keys of one piece by an index and sorts them, is asked of one piece after the other, newest first, until there are
 * enough. So the work is at most one look into an index for each piece and the sorting of a few pieces, wherever the keys are that fit,
 * while any single index would walk over all keys that are in its order but do not fit. Confined to its transaction.
 */
final class ApiKeySearch {
    /** As the migration that made the pieces says. */
    static final int PIECE = 2048;

    /** Of keys that a few digits of a public id find. In all projects together; at 4 digits, one key in 65,536 has them. */
    private static final int MOST_BY_PUBLIC_ID = 1_000;

    /** How many times as many pieces each query looks into as the one before it. */
    private static final int MORE_PIECES = 16;

    private final SqlSession session;
    private final String projectId;
    private final KeyFilter filter;
    private final Instant now;

    ApiKeySearch(SqlSession session, String projectId, KeyFilter filter, Instant now) {
        this.session = session;
        this.projectId = projectId;
        this.filter = filter;
        this.now = now;
    }

    /** The number that all keys of the piece asked for are below. */
    static long before(PageRequest page) {
        String after = page.after();
        if (after == null) {
            return Long.MAX_VALUE;
        }
        if (!after.matches("[0-9]{1,18}")) {
            throw PageRequest.unknownCursor();
        }
        return Long.parseLong(after);
    }

    /** The ordinals of keys that fit by name, state and grants, newest first. */
    List<Long> inPieces(long before, int limit) {
        List<Long> found = new ArrayList<>();
        CredentialSearch search = filter.search();
        if (search != null && search.namePrefix() == null) {
            return found;
        }
        long newest = session.query("select coalesce(max(ordinal), 0) from api_keys where project_id = :projectId")
                .bind("projectId", projectId)
                .mapTo(Long.class)
                .one();
        long first = Math.min(newest, before - 1) / PIECE;
        String many = session.dialect().inManyPieces(sql(filter, "pieces.piece"));
        try {
            if (many == null) {
                inOnePieceAfterTheOther(first, before, limit, found);
            } else {
                inMoreAndMorePieces(many, first, before, limit, found);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return found;
    }

    private void inOnePieceAfterTheOther(long first, long before, int limit, List<Long> found) throws SQLException {
        try (PreparedStatement statement = session.connection().prepareStatement(sql(filter, "?"))) {
            for (long piece = first; piece >= 0 && found.size() < limit; piece--) {
                int wanted = limit - found.size();
                bind(statement, 1, piece, before, wanted);
                collect(statement, found);
            }
        }
    }

    /** In few queries, since each is a way to another machine and back; the first looks into one piece, which is mostly enough. */
    private void inMoreAndMorePieces(String sql, long first, long before, int limit, List<Long> found)
            throws SQLException {
        try (PreparedStatement statement = session.connection().prepareStatement(sql)) {
            long pieces = 1;
            for (long piece = first; piece >= 0 && found.size() < limit; piece -= pieces, pieces *= MORE_PIECES) {
                int wanted = limit - found.size();
                statement.setLong(1, piece);
                statement.setLong(2, Math.max(0, piece - pieces + 1));
                int next = bind(statement, 3, null, before, wanted);
                statement.setInt(next, wanted);
                collect(statement, found);
            }
        }
    }

    private static void collect(PreparedStatement statement, List<Long> found) throws SQLException {
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                found.add(rows.getLong(1));
            }
        }
    }

    /** The ids of keys that fit by their public ids or their own; what else the filter asks for is not looked at. */
    List<String> ids() {
        CredentialSearch search = filter.search();
        List<String> ids = new ArrayList<>();
        String id = search == null ? null : search.id();
        if (id != null) {
            ids.add(id);
        }
        String digits = search == null ? null : search.publicIdPrefix();
        if (digits != null) {
            // 'g' comes right after the digits.
            ids.addAll(session.query("""
                            select credential_id
                              from api_key_secrets
                             where public_id >= :from and public_id < :to
                             limit :limit
                            """)
                    .bind("from", digits)
                    .bind("to", digits + "g")
                    .bind("limit", MOST_BY_PUBLIC_ID)
                    .mapTo(String.class)
                    .list());
        }
        return ids;
    }

    /**
     * Positions, not names: the statement is run once for each piece, which {@code piece} is an expression for. The plus signs change nothing but which index comes into question: not
     * the one of ordinals, which would make for a walk over all keys, and that of states only where no name is asked for.
     */
    static String sql(KeyFilter filter, String piece) {
        StringBuilder sql = new StringBuilder(filter.callable() == null && !filter.entireProject() ? """
                        select ordinal
                          from api_keys
                         where project_id = ?
                        """ : """
                        select ordinal
                          from api_key_grants
                         where project_id = ? and slug in (?, ?)
                        """);
        sql.append(" and piece = ").append(piece).append(" and +ordinal < ?");
        if (filter.search() != null) {
            sql.append(" and name_key >= ? and name_key < ?");
            if (filter.state() == null) {
                sql.append(" and state in ('active', 'disabled', 'revoked')");
            }
        }
        sql.append(stateCondition(filter.state(), filter.search() == null ? "" : "+"))
                .append(" order by +ordinal desc limit ?");
        return sql.toString();
    }

    private static String stateCondition(@Nullable Liveness state, String plus) {
        return switch (state) {
            case null -> "";
            case ALIVE -> " and state = 'active' and " + plus + "ends_at > ?";
            case DISABLED -> " and state = 'disabled' and " + plus + "ends_at > ?";
            case EXPIRED -> " and state in ('active', 'disabled') and " + plus + "ends_at <= ?";
            case REVOKED -> " and state = 'revoked' and " + plus + "ends_at > ?";
        };
    }

    /** Returns the position of the parameter after the last one. The piece is null if it is none. */
    private int bind(PreparedStatement statement, int position, @Nullable Long piece, long before, int limit)
            throws SQLException {
        int i = position;
        statement.setString(i++, projectId);
        String callable = filter.callable();
        if (callable != null || filter.entireProject()) {
            statement.setString(i++, GrantRows.ENTIRE_PROJECT);
            statement.setString(i++, callable == null || filter.entireProject() ? GrantRows.ENTIRE_PROJECT : callable);
        }
        if (piece != null) {
            statement.setLong(i++, piece);
        }
        statement.setLong(i++, before);
        CredentialSearch search = filter.search();
        String prefix = search == null ? null : search.namePrefix();
        if (prefix != null) {
            statement.setString(i++, prefix);
            // The last character that there is.
            statement.setString(i++, prefix + Character.toString(Character.MAX_CODE_POINT));
        }
        if (filter.state() != null) {
            // Revoked ones are shown as such however long ago they ended.
            statement.setLong(i++, filter.state() == Liveness.REVOKED ? Long.MIN_VALUE : Columns.micros(now));
        }
        statement.setInt(i, limit);
        return i + 1;
    }
}
