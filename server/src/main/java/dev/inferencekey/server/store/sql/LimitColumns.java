package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.domain.limit.Limits;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jdbi.v3.core.statement.SqlStatement;
import org.jspecify.annotations.Nullable;

/** The three columns that hold limits. Stateless. */
final class LimitColumns {
    private LimitColumns() {}

    static Limits limits(ResultSet row) throws SQLException {
        return new Limits(
                intOrNull(row, "requests_per_minute"),
                intOrNull(row, "tokens_per_minute"),
                intOrNull(row, "max_concurrent_requests"));
    }

    /** Binds {@code :requestsPerMinute}, {@code :tokensPerMinute} and {@code :maxConcurrentRequests}. */
    static <S extends SqlStatement<S>> S bind(S statement, Limits limits) {
        return statement
                .bind("requestsPerMinute", limits.requestsPerMinute())
                .bind("tokensPerMinute", limits.tokensPerMinute())
                .bind("maxConcurrentRequests", limits.maxConcurrentRequests());
    }

    private static @Nullable Integer intOrNull(ResultSet row, String column) throws SQLException {
        int value = row.getInt(column);
        return row.wasNull() ? null : value;
    }
}
