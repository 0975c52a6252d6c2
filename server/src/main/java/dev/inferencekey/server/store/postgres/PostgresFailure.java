package dev.inferencekey.server.store.postgres;

import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns what PostgreSQL reports into what the port promises: one sentence for people, without SQL.
 *
 * @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">PostgreSQL: error codes</a>
 */
final class PostgresFailure {
    /** Another transaction came in between; the same work may well succeed now. A unique violation can be one that its check did not see. */
    private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "23505");

    private PostgresFailure() {}

    static boolean isConflict(RuntimeException failure) {
        SQLException cause = sqlCause(failure);
        return cause != null && CONFLICTS.contains(String.valueOf(cause.getSQLState()));
    }

    /** What to throw instead; anything that did not come from the database stays as it is. */
    static RuntimeException translate(RuntimeException failure, PostgresAddress address) {
        SQLException cause = sqlCause(failure);
        if (cause == null || failure instanceof StoreUnavailableException) {
            return failure;
        }
        if (isConflict(failure)) {
            return new StoreUnavailableException(
                    "others kept changing the same data; try again, nothing was changed", failure);
        }
        String message = unavailable(cause, address);
        return message == null
                ? new IllegalStateException("the store refused a change: SQL state " + cause.getSQLState(), failure)
                : new StoreUnavailableException(message, failure);
    }

    private static @Nullable String unavailable(SQLException cause, PostgresAddress address) {
        String state = reasonFor(cause);
        return switch (state) {
            case "28P01", "28000" ->
                "the database " + address
                        + " refuses the user or the password; check both, and the server's pg_hba.conf";
            case "3D000" ->
                "the server at " + address.hosts() + " has no database " + address.database() + "; create it, owned by "
                        + address.user();
            case "42501" ->
                "the user " + address.user() + " lacks rights in the database " + address
                        + "; make it the owner of the database";
            case "25006" ->
                "the database " + address + " only reads at the moment, maybe as a standby; nothing was changed";
            case "53100" -> "the disk of the database " + address + " is full; free some space, nothing was changed";
            case "53300" -> "the database " + address + " has no connection left; raise its max_connections";
            case "25P03" ->
                "the database " + address
                        + " ended a transaction in which this server paused for seconds; nothing was changed";
            case "57014" -> "the database " + address + " took too long and was told to stop; nothing was changed";
            default ->
                state.startsWith("08") || state.startsWith("57P") || state.startsWith("53") || state.isEmpty()
                        ? "the database " + address
                                + " can't be reached; check that it runs and can be reached from here"
                        : null;
        };
    }

    /** The pool wraps why it has no connection. */
    private static String reasonFor(SQLException failure) {
        SQLException reason = failure;
        while (reason instanceof SQLTransientConnectionException && reason.getCause() instanceof SQLException inner) {
            reason = inner;
        }
        String state = reason.getSQLState();
        return state == null ? "" : state;
    }

    private static @Nullable SQLException sqlCause(Throwable failure) {
        // Chains are short; the bound is against one that leads back to itself.
        Throwable cause = failure;
        for (int i = 0; i < 20 && cause != null; i++) {
            if (cause instanceof SQLException sql) {
                return sql;
            }
            cause = cause.getCause();
        }
        return null;
    }
}
