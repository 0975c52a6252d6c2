package dev.inferencekey.server.store.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jdbi.v3.core.ConnectionFactory;
import org.jspecify.annotations.Nullable;

/**
 * A few connections for what a node's lease depends on. Thread-safe.
 *
 * <p>Notes. Unlike the pool it does not try a connection before it lends it, which costs a round trip that somebody waits for, and connects whenever
 * it is asked and has none, where the pool pauses for seconds after a few attempts that failed: a database that was away for less than a lease
 * must not cost one. So one that was lost is found by using it. Then {@link #distrust} is to be called, and whoever asks again gets a new one.
 */
final class ReservedConnections implements ConnectionFactory, AutoCloseable {
    /** SQL state: there is no connection to be had. */
    private static final String UNAVAILABLE = "08001";

    private final OwnConnections source;
    private final int isolation;
    private final boolean readOnly;
    private final String first;
    private final Duration patience;
    private final Semaphore free;

    /** Guarded by this, like what follows. */
    private final Deque<Connection> idle = new ArrayDeque<>();

    private final Set<Connection> trusted = new HashSet<>();
    private boolean closed;

    /**
     * @param isolation of JDBC
     * @param first statements that each connection begins with
     * @param patience how long a connection, and then each answer of it, is waited for, in whole seconds
     */
    ReservedConnections(
            PostgresAddress address, int size, int isolation, boolean readOnly, String first, Duration patience) {
        int seconds = Math.toIntExact(patience.toSeconds());
        this.source = new OwnConnections(address);
        source.setApplicationName("inferencekey-lease");
        source.setConnectTimeout(seconds);
        source.setLoginTimeout(seconds);
        source.setSocketTimeout(seconds);
        source.setTcpKeepAlive(true);
        this.isolation = isolation;
        this.readOnly = readOnly;
        this.first = first;
        this.patience = patience;
        this.free = new Semaphore(size, true);
    }

    @Override
    public Connection openConnection() throws SQLException {
        try {
            if (!free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new SQLTransientConnectionException("all reserved connections are in use", UNAVAILABLE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException("interrupted", UNAVAILABLE, e);
        }
        boolean lent = false;
        try {
            Connection connection = taken();
            if (connection == null) {
                connection = connected();
            }
            lent = true;
            return connection;
        } finally {
            if (!lent) {
                free.release();
            }
        }
    }

    private synchronized @Nullable Connection taken() {
        return idle.poll();
    }

    private Connection connected() throws SQLException {
        Connection connection = source.getConnection();
        try (Statement statement = connection.createStatement()) {
            statement.execute(first);
            connection.setTransactionIsolation(isolation);
            connection.setReadOnly(readOnly);
        } catch (SQLException e) {
            abandon(connection);
            throw e;
        }
        synchronized (this) {
            trusted.add(connection);
        }
        return connection;
    }

    @Override
    public void closeConnection(Connection connection) throws SQLException {
        boolean kept;
        synchronized (this) {
            kept = !closed && !connection.isClosed() && trusted.contains(connection);
            if (kept) {
                idle.push(connection);
            } else {
                trusted.remove(connection);
            }
        }
        if (!kept) {
            abandon(connection);
        }
        free.release();
    }

    /** Lends none again of those that there are. */
    void distrust() {
        List<Connection> left;
        synchronized (this) {
            left = List.copyOf(idle);
            idle.clear();
            trusted.clear();
        }
        left.forEach(ReservedConnections::abandon);
    }

    /** Without a word to the server, which may not answer. */
    private static void abandon(Connection connection) {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            // There is nothing left of it that could be given back.
        }
    }

    /** No connection is lent any more to stay. */
    @Override
    public void close() {
        synchronized (this) {
            closed = true;
        }
        distrust();
    }
}
