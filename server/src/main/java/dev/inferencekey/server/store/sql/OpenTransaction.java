package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.ports.store.StoreSession;
import java.sql.Connection;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * A store within a transaction that somebody else has begun and will end: whoever copies or checks a whole database reads it as a server
 * would. Fails as Jdbi does. Not thread-safe.
 */
public final class OpenTransaction extends SqlStore {
    private final Handle handle;
    private final UsageSeries usageSeries = new UsageSeries();

    /** The connection stays whoever's it is. */
    public OpenTransaction(Connection connection, Dialect dialect) {
        super(dialect);
        this.handle = setUp(Jdbi.create(connection)).open();
    }

    private <T extends @Nullable Object> T within(Function<StoreSession, T> work, boolean writable) {
        SqlSession session = new SqlSession(handle, writable, this, usageSeries);
        try {
            return work.apply(session);
        } finally {
            session.end();
        }
    }

    @Override
    public <T extends @Nullable Object> T read(Function<StoreSession, T> work) {
        return within(work, false);
    }

    @Override
    public <T extends @Nullable Object> T write(Function<StoreSession, T> work) {
        return within(work, true);
    }

    @Override
    public <T extends @Nullable Object> T append(Function<StoreSession, T> work) {
        return within(work, true);
    }

    @Override
    public <T extends @Nullable Object> T writeUrgently(Function<StoreSession, T> work) {
        return within(work, true);
    }

    @Override
    protected <T> T apart(Handle transaction, Function<Handle, T> work) {
        return work.apply(transaction);
    }

    /** Nothing is scheduled within a transaction. */
    @Override
    protected DataSource scheduledWork() {
        throw new IllegalStateException("a transaction has no work in the background");
    }

    @Override
    public boolean isFull() {
        return false;
    }

    /** Nobody waits here for what others change. */
    @Override
    public Subscription onChange(Runnable changed, Runnable acknowledged) {
        return () -> {};
    }

    @Override
    public boolean sharedByNodes() {
        return false;
    }

    /** Whoever began the transaction ends it. */
    @Override
    protected void closeConnections() {
        // Nothing is held here.
    }
}
