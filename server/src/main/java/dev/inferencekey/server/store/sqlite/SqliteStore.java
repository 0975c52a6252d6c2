package dev.inferencekey.server.store.sqlite;

import com.zaxxer.hikari.HikariDataSource;
import dev.inferencekey.server.ports.store.NewerDataException;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.store.sql.SqlStore;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig.SynchronousMode;

/**
 * The durable state in one SQLite file. Thread-safe.
 *
 * <p>Notes. One connection writes, so writers queue up in this process instead of meeting at the file's lock; a few others read, each
 * from its own snapshot (WAL), and never wait for the writer. A commit is on the disk when {@code write} returns ({@code
 * synchronous=FULL}): it survives the end of the process and of the power. That costs one fsync per commit, which people-speed
 * traffic does not notice; whoever has much to write batches it.
 */
public final class SqliteStore extends SqlStore {
    private static final int READERS = 4;

    private final Path file;
    private final SqliteReserve reserve;
    private final HikariDataSource writers;
    private final HikariDataSource readers;
    private final Jdbi writing;
    private final Jdbi reading;
    private volatile boolean full;

    private SqliteStore(Path file, SqliteReserve reserve, SynchronousMode synchronous) {
        super(SqliteDialect.INSTANCE);
        this.file = file;
        this.reserve = reserve;
        this.writers = SqliteConnections.writer(file, synchronous);
        this.readers = SqliteConnections.readers(file, synchronous, READERS);
        this.writing = setUp(Jdbi.create(writers));
        this.reading = setUp(Jdbi.create(readers));
    }

    /**
     * Opens the file, makes it (readable for its owner alone) if there is none, and brings an older one up to date. Only one store may
     * be open on a file at a time; its data folder's lock sees to that.
     *
     * @throws NewerDataException if a newer release wrote the file, which is left as it is
     * @throws StoreUnavailableException if the file can't be used
     */
    public static SqliteStore open(Path databaseFile) {
        Path file = databaseFile.toAbsolutePath();
        Path reserve = file.resolveSibling(file.getFileName() + "-reserve");
        return open(
                file, new SqliteReserve(reserve, SqliteReserve.BYTES, new SplittableRandom()), SynchronousMode.FULL);
    }

    /**
     * Makes a file that need not outlive its process: nothing waits for the disk, no room is set aside on it, and no later release can
     * bring it up to date.
     *
     * @throws StoreUnavailableException if the file exists or can't be made
     */
    public static SqliteStore makeVolatile(Path databaseFile) {
        Path file = databaseFile.toAbsolutePath();
        Path reserve = file.resolveSibling(file.getFileName() + "-reserve");
        try {
            SqliteSchema.makeVolatile(file, SynchronousMode.OFF);
            return new SqliteStore(file, new SqliteReserve(reserve, 0, new SplittableRandom()), SynchronousMode.OFF);
        } catch (RuntimeException e) {
            throw SqliteFailure.ofOpening(e, file);
        }
    }

    static SqliteStore open(Path file, SqliteReserve reserve, SynchronousMode synchronous) {
        try {
            SqliteSchema.prepare(file, synchronous);
            SqliteStore store = new SqliteStore(file, reserve, synchronous);
            store.read(session -> session.accessChanges().last());
            store.full = !reserve.fill();
            return store;
        } catch (RuntimeException e) {
            throw SqliteFailure.ofOpening(e, file);
        }
    }

    @Override
    public <T extends @Nullable Object> T read(Function<StoreSession, T> work) {
        return run(reading, work, false);
    }

    @Override
    public <T extends @Nullable Object> T write(Function<StoreSession, T> work) {
        try {
            reserve.require();
            T result = run(writing, work, true);
            full = false;
            return result;
        } catch (StoreUnavailableException e) {
            full = SqliteFailure.isFull(e);
            throw e;
        }
    }

    /** The same as {@link #write}: there is one writer at a time. */
    @Override
    public <T extends @Nullable Object> T append(Function<StoreSession, T> work) {
        return write(work);
    }

    @Override
    public <T extends @Nullable Object> T writeUrgently(Function<StoreSession, T> work) {
        boolean folded = false;
        while (true) {
            try {
                return run(writing, work, true);
            } catch (StoreUnavailableException e) {
                if (!SqliteFailure.isFull(e)) {
                    throw e;
                }
                full = true;
                if (folded && !reserve.release()) {
                    throw e;
                }
                foldLog();
                folded = true;
            }
        }
    }

    /** Moves what is in the log into the database, as far as there is room, so that the log's own room is used again from its start. */
    private void foldLog() {
        try (Handle handle = writing.open()) {
            handle.execute("pragma wal_checkpoint(passive)");
        } catch (RuntimeException e) {
            // Then it stays in the log, where it is as safe.
        }
    }

    /** One process owns the data folder. */
    @Override
    public boolean sharedByNodes() {
        return false;
    }

    /** Nobody else changes the file. */
    @Override
    public Subscription onChange(Runnable changed, Runnable acknowledged) {
        return () -> {};
    }

    @Override
    public boolean isFull() {
        return full;
    }

    private <T extends @Nullable Object> T run(Jdbi jdbi, Function<StoreSession, T> work, boolean writable) {
        try {
            return transact(jdbi, work, writable);
        } catch (RuntimeException e) {
            throw SqliteFailure.translate(e, file);
        }
    }

    @Override
    protected <T> T apart(Handle handle, Function<Handle, T> work) {
        return work.apply(handle);
    }

    @Override
    protected DataSource scheduledWork() {
        return new SqliteWriterSource(writers, this::isFull);
    }

    @Override
    protected void closeConnections() {
        readers.close();
        // Last, so that the log is folded into the database file.
        writers.close();
    }
}
