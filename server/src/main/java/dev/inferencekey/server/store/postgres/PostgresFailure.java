package dev.inferencekey.server.store.postgres;

import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.cert.CertificateException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;

/**
 * Turns what PostgreSQL reports into what the port promises: one sentence for people, without SQL.
 *
 * @see <a href="https://www.postgresql.org/docs/current/errcodes-appendix.html">PostgreSQL: error codes</a>
 */
final class PostgresFailure {
    /** Another transaction came in between; the same work may well succeed now. A unique violation can be one that its check did not see. */
    private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "23505");

    private static final String STOPPED = "57014";

    private PostgresFailure() {}

    static boolean isConflict(RuntimeException failure) {
        SQLException cause = sqlCause(failure);
        return cause != null && (CONFLICTS.contains(String.valueOf(cause.getSQLState())) || foundOtherPartition(cause));
    }

    /** A partition was made while the row was on its way to another one: a check that fails without being a constraint of the table. */
    private static boolean foundOtherPartition(SQLException cause) {
        return state(cause).equals("23514")
                && cause instanceof PSQLException failed
                && failed.getServerErrorMessage() != null
                && failed.getServerErrorMessage().getConstraint() == null;
    }

    /** Whether a connection was lost that there had been; false if there was none to be had. */
    static boolean isLostConnection(RuntimeException failure) {
        SQLException cause = sqlCause(failure);
        return cause != null
                && !(cause instanceof SQLTransientConnectionException)
                && (state(cause).startsWith("08") || state(cause).equals("57P01"));
    }

    /**
     * What to throw instead, to callers, who are not told where the database is; anything that did not come from it stays as it is.
     *
     * @param inCommit whether the connection was lost when everything had been done but to hear that it is
     * @param longest after which the database was told to stop, if it was
     */
    static RuntimeException translate(RuntimeException failure, boolean inCommit, Duration longest) {
        SQLException cause = sqlCause(failure);
        if (cause == null || failure instanceof StoreUnavailableException) {
            return failure;
        }
        if (isConflict(failure)) {
            return new StoreUnavailableException(
                    "others kept changing the same data; try again, nothing was changed", failure);
        }
        String message;
        if (inCommit) {
            message =
                    "the database went away before it said whether the change is stored; look before you send it again";
        } else if (isAway(cause)) {
            message = "the database can't be reached; known keys are served, nothing was changed; try again soon";
        } else if (state(cause).equals(STOPPED)) {
            message = "the database had no answer within " + longest.toSeconds()
                    + " s, nothing was changed; ask for less, such as a shorter time or fewer at once, or try again when it"
                    + " is less busy";
        } else {
            message = unavailable(state(cause), "the database");
        }
        return message == null
                ? new IllegalStateException("the store refused a change: SQL state " + cause.getSQLState(), failure)
                : new StoreUnavailableException(message, failure);
    }

    /** What to throw instead at a start, to whoever wrote the address. */
    static RuntimeException ofOpening(RuntimeException failure, PostgresAddress address) {
        SQLException cause = sqlCause(failure);
        if (cause == null || failure instanceof StoreUnavailableException) {
            return failure;
        }
        String message = switch (state(cause)) {
            case "28P01", "28000" ->
                "the database " + address
                        + " refuses the user or the password; check both, and the server's pg_hba.conf";
            case "3D000" ->
                "the server at " + address.hosts() + " has no database " + address.database() + "; create it, owned by "
                        + address.user() + ", with encoding 'UTF8'";
            case String state when isAway(cause) -> away(cause, state, address);
            case String state -> unavailable(state, "the database " + address);
        };
        return message == null
                ? new StoreUnavailableException(
                        "the database " + address + " can't be used: " + cause.getMessage(), failure)
                : new StoreUnavailableException(message, failure);
    }

    private static @Nullable String unavailable(String state, String database) {
        return switch (state) {
            case "28P01", "28000" -> database + " refuses the user or the password; nothing was changed";
            case "42501" ->
                "the user lacks rights in " + database
                        + ": a server with the role all or manager needs the database's owner, one with the role gateway"
                        + " what `ik store grant-gateway` grants";
            case "25006" -> database + " only reads at the moment, maybe as a standby; nothing was changed";
            case "53100" -> "the disk of " + database + " is full; free some space, nothing was changed";
            case "25P03" ->
                database + " ended a transaction in which this server paused for seconds; nothing was changed";
            case STOPPED -> database + " took too long and was told to stop; nothing was changed";
            default -> null;
        };
    }

    /** Whether the database may be back in a moment, as opposed to refusing. */
    static boolean isAway(StoreUnavailableException failure) {
        SQLException cause = sqlCause(failure);
        return cause != null && isAway(cause);
    }

    private static boolean isAway(SQLException cause) {
        String state = state(cause);
        return state.startsWith("08") || state.startsWith("57P") || state.equals("53300") || state.isEmpty();
    }

    private static String away(SQLException cause, String state, PostgresAddress address) {
        String server = "the database server at " + address.hosts();
        if (state.equals("53300")) {
            return "the database " + address
                    + " has no connection left; raise its max_connections, or stop what else uses it";
        }
        if (state.equals("57P03")) {
            return server + " is starting up or shutting down";
        }
        for (Throwable reason = cause; reason != null; reason = reason.getCause()) {
            switch (reason) {
                case UnknownHostException _ -> {
                    return "the host in " + address + " can't be found; check its name";
                }
                case SSLException _, CertificateException _ -> {
                    return server + " has a certificate that is not trusted for that name; name who signed it with"
                            + " sslrootcert in the address";
                }
                case SocketTimeoutException _ -> {
                    return server + " does not answer; check the address, and firewalls on the way";
                }
                case ConnectException _ -> {
                    return "nothing listens at " + address.hosts()
                            + "; check that PostgreSQL runs there and accepts connections from here";
                }
                default -> {
                    // Whatever caused it may tell more.
                }
            }
        }
        return String.valueOf(cause.getMessage()).contains("SSL")
                ? server + " offers no TLS, which sslmode in the address asks for"
                : server + " can't be reached; check that it runs and can be reached from here";
    }

    private static String state(SQLException failure) {
        String state = reasonFor(failure).getSQLState();
        return state == null ? "" : state;
    }

    /** The pool wraps why it has no connection. */
    private static SQLException reasonFor(SQLException failure) {
        SQLException reason = failure;
        while (reason instanceof SQLTransientConnectionException && reason.getCause() instanceof SQLException inner) {
            reason = inner;
        }
        return reason;
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
