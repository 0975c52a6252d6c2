package dev.inferencekey.server.store.sqlite;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.concurrent.atomic.AtomicBoolean;
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
    private final SqliteConnections writers;
    private final BooleanSupplier full;

    SqliteWriterSource(SqliteConnections writers, BooleanSupplier full) {
        this.writers = writers;
        this.full = full;
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (full.getAsBoolean()) {
            throw new SQLException(SqliteFailure.FULL);
        }
        Connection lent = writers.openConnection();
        AtomicBoolean givenBack = new AtomicBoolean();
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        if (!givenBack.getAndSet(true)) {
                            writers.closeConnection(lent);
                        }
                        return null;
                    }
                    try {
                        return method.invoke(lent, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
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
