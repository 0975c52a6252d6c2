package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.ports.schedule.Schedule;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.io.IOException;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.HandleCallback;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jspecify.annotations.Nullable;

/**
 * The transactions of a store, over whatever database. Thread-safe.
 *
 * <p>A transaction inside a transaction is refused: the inner one would wait for the outer one, or read an older state.
 */
public abstract class SqlStore implements Store {
    private final Dialect dialect;
    private final UsageSeries usageSeries = new UsageSeries();
    private final ThreadLocal<Boolean> inTransaction = ThreadLocal.withInitial(() -> false);
    /** Shared by transactions, and had alone by the end of the store. */
    private final ReadWriteLock open = new ReentrantReadWriteLock();

    private boolean closed;

    protected SqlStore(Dialect dialect) {
        this.dialect = dialect;
    }

    /** Loads much of the database library, and opens nothing: for whoever starts in a fresh JVM, on a thread of its own. */
    public static void load() {
        setUp(Jdbi.create(() -> {
            throw new SQLException("nothing is opened by loading");
        }));
    }

    /** As the store's statements need it. Failures are logged, and values can be digests and hashes: they tell none of it. */
    protected static Jdbi setUp(Jdbi jdbi) {
        jdbi.getConfig(StatementExceptions.class).setMessageRendering(StatementExceptions.MessageRendering.NONE);
        jdbi.getConfig(SqlStatements.class)
                .setTemplateEngine(StatementText.READER)
                .setSqlParser(StatementText.READER);
        return jdbi;
    }

    /** Does the work in one transaction of this database; fails as JDBC and Jdbi do. */
    protected final <T extends @Nullable Object> T transact(
            Jdbi jdbi, Function<StoreSession, T> work, boolean writable) {
        return transact(jdbi, _ -> {}, work, writable);
    }

    /** The same, with something that the transaction begins with. */
    protected final <T extends @Nullable Object> T transact(
            Jdbi jdbi, Consumer<Handle> first, Function<StoreSession, T> work, boolean writable) {
        return inSession(
                work,
                writable,
                callback -> jdbi.inTransaction(handle -> {
                    first.accept(handle);
                    return callback.withHandle(handle);
                }));
    }

    /** Does the work so that each of its statements is a transaction of its own, over within one round trip; fails as JDBC and Jdbi do. */
    protected final <T extends @Nullable Object> T oneByOne(Jdbi jdbi, Function<StoreSession, T> work) {
        return inSession(work, true, callback -> jdbi.withHandle(callback));
    }

    private <T extends @Nullable Object> T inSession(
            Function<StoreSession, T> work,
            boolean writable,
            Function<HandleCallback<T, RuntimeException>, T> handles) {
        if (inTransaction.get()) {
            throw new IllegalStateException("this thread is in a transaction already");
        }
        open.readLock().lock();
        inTransaction.set(true);
        try {
            if (closed) {
                throw new StoreUnavailableException(
                        "the store is closed: the server is stopping; try again soon", new IOException("closed"));
            }
            return handles.apply(handle -> {
                SqlSession session = new SqlSession(handle, writable, this, usageSeries);
                try {
                    return work.apply(session);
                } finally {
                    session.end();
                }
            });
        } finally {
            inTransaction.set(false);
            open.readLock().unlock();
        }
    }

    final Dialect dialect() {
        return dialect;
    }

    /**
     * Does work of which the outcome stays, whatever becomes of the transaction of {@code handle}, and which no other transaction waits for until
     * that ends. Where there is one writer at a time, it is part of that transaction.
     */
    protected abstract <T> T apart(Handle handle, Function<Handle, T> work);

    /** Connections for {@link #schedule}. */
    protected abstract DataSource scheduledWork();

    /**
     * What the installation does again and again, each piece by one node at a time.
     *
     * @param node what this process is called, among all that are open on the store
     */
    public final Schedule schedule(String node, InstantSource clock, RandomGenerator random) {
        return new ScheduledWork(scheduledWork(), dialect.scheduledWork(), node, clock, random);
    }
    /** Waits for the transactions that run, then lets go of the database. Idempotent. */
    @Override
    public final void close() {
        open.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                closeConnections();
            }
        } finally {
            open.writeLock().unlock();
        }
    }

    /** Lets go of the database. Called once, when no transaction runs. */
    protected abstract void closeConnections();
}
