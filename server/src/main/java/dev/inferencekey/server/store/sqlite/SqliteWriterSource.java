package dev.inferencekey.server.store.sqlite;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.function.BooleanSupplier;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * The connection that writes, for a library that asks for connections itself: it waits in line with all other writers, and gives the connection
 * back when it closes it. Thread-safe.
 *
 * <p>Refuses while the disk is full, so that what was set aside for urgent changes is not used up by this.
 */
final class SqliteWriterSource implements DataSource {
    private final DataSource writers;
    private final BooleanSupplier full;

    SqliteWriterSource(DataSource writers, BooleanSupplier full) {
        this.writers = writers;
        this.full = full;
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (full.getAsBoolean()) {
            throw new SQLException(SqliteFailure.FULL);
        }
        return writers.getConnection();
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("SQLite has no users");
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLFeatureNotSupportedException();
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
