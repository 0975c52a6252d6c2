package dev.inferencekey.server.store.sql;

import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Connections of a store, which counts what is asked through them, and can be broken off. */
final class WatchedSource implements DataSource {
    private final DataSource source;
    private final AtomicInteger looks = new AtomicInteger();
    private final AtomicInteger writes = new AtomicInteger();
    private final AtomicInteger refusals = new AtomicInteger();
    private volatile boolean broken;

    WatchedSource(DataSource source) {
        this.source = source;
    }

    void breakOff() {
        broken = true;
    }

    void mend() {
        broken = false;
    }

    /** How often it was asked what is due. */
    int looks() {
        return looks.get();
    }

    int writes() {
        return writes.get();
    }

    int refusals() {
        return refusals.get();
    }

    void awaitLooks(int more) {
        int until = looks.get() + more;
        await().until(() -> looks.get() >= until);
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (broken) {
            refusals.incrementAndGet();
            throw new SQLException("broken off", "08001");
        }
        Connection connection = source.getConnection();
        return (Connection) Proxy.newProxyInstance(
                Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement")) {
                        count(String.valueOf(arguments[0]).strip().toLowerCase(Locale.ROOT));
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }

    private void count(String sql) {
        if (!sql.startsWith("select")) {
            writes.incrementAndGet();
        } else if (sql.contains("execution_time <=")) {
            looks.incrementAndGet();
        }
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return getConnection();
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
    public int getLoginTimeout() {
        return 0;
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
