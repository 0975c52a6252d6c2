package dev.inferencekey.server.store.sqlite;

import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;
import org.jdbi.v3.core.ConnectionFactory;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;

/**
 * A fixed number of connections to one file; whoever asks when all are lent waits in line. Thread-safe.
 *
 * <p>Invariant: a permit is held for each lent connection, and the idle ones are at most as many as the free permits.
 */
final class SqliteConnections implements ConnectionFactory, AutoCloseable {
    private static final int BUSY_TIMEOUT_MILLIS = 5_000;
    private static final int LARGEST_LOG_BYTES = 64 * 1024 * 1024;

    private final String url;
    private final SQLiteConfig config;
    private final boolean readOnly;
    private final int size;
    private final Semaphore permits;
    private final ConcurrentLinkedDeque<Connection> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    private SqliteConnections(
            Path file, TransactionMode mode, SynchronousMode synchronous, boolean readOnly, int size) {
        this.url = url(file);
        this.config = config(mode, synchronous);
        this.readOnly = readOnly;
        this.size = size;
        this.permits = new Semaphore(size, true);
    }

    static SqliteConnections writer(Path file, SynchronousMode synchronous) {
        return new SqliteConnections(file, TransactionMode.IMMEDIATE, synchronous, false, 1);
    }

    static SqliteConnections readers(Path file, SynchronousMode synchronous, int size) {
        return new SqliteConnections(file, TransactionMode.DEFERRED, synchronous, true, size);
    }

    static String url(Path file) {
        return "jdbc:sqlite:" + file;
    }

    /** Without IMMEDIATE, a transaction that reads and then writes fails when another one wrote in between. */
    static SQLiteConfig config(TransactionMode mode, SynchronousMode synchronous) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(synchronous);
        config.enforceForeignKeys(true);
        config.setBusyTimeout(BUSY_TIMEOUT_MILLIS);
        config.setTransactionMode(mode);
        config.setJournalSizeLimit(LARGEST_LOG_BYTES);
        return config;
    }

    @Override
    public Connection openConnection() throws SQLException {
        try {
            permits.acquire();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("the store was not reached: the server is stopping; try again soon", e);
        }
        boolean lent = false;
        try {
            if (closed) {
                throw new SQLException("the store is closed");
            }
            Connection connection = idle.pollLast();
            if (connection == null) {
                connection = connect();
            }
            lent = true;
            return connection;
        } finally {
            if (!lent) {
                permits.release();
            }
        }
    }

    private Connection connect() throws SQLException {
        Connection connection = config.createConnection(url);
        if (readOnly) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("pragma query_only = true");
            }
        }
        return connection;
    }

    @Override
    public void closeConnection(Connection connection) throws SQLException {
        try {
            // A transaction that could not even be rolled back must not leak into the next one.
            if (connection.isClosed() || !connection.getAutoCommit()) {
                connection.close();
            } else {
                idle.addLast(connection);
            }
        } finally {
            permits.release();
        }
    }

    @Override
    public void close() {
        closed = true;
        permits.acquireUninterruptibly(size);
        try {
            for (Connection connection = idle.poll(); connection != null; connection = idle.poll()) {
                connection.close();
            }
        } catch (SQLException e) {
            throw new StoreUnavailableException(
                    "the data could not be closed in order; nothing that was acknowledged is lost", e);
        } finally {
            permits.release(size);
        }
    }
}
