package dev.inferencekey.server.store.sql;

import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.util.function.Function;
import org.jdbi.v3.core.Jdbi;
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

    protected SqlStore(Dialect dialect) {
        this.dialect = dialect;
    }

    /** Failures are logged, and values can be digests and hashes: they tell none of it. */
    protected static Jdbi withoutValuesInMessages(Jdbi jdbi) {
        jdbi.getConfig(StatementExceptions.class)
                .setMessageRendering(StatementExceptions.MessageRendering.NONE);
        return jdbi;
    }

    /** Does the work in one transaction of this database; fails as JDBC and Jdbi do. */
    protected final <T extends @Nullable Object> T transact(
            Jdbi jdbi, Function<StoreSession, T> work, boolean writable) {
        if (inTransaction.get()) {
            throw new IllegalStateException("this thread is in a transaction already");
        }
        inTransaction.set(true);
        try {
            return jdbi.inTransaction(handle -> {
                SqlSession session = new SqlSession(handle, writable, dialect, usageSeries);
                try {
                    return work.apply(session);
                } finally {
                    session.end();
                }
            });
        } finally {
            inTransaction.set(false);
        }
    }
}
