package dev.inferencekey.server.store.postgres;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.inferencekey.server.ports.store.NewerDataException;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.store.sql.SqlStore;
import java.lang.reflect.Type;
import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.jdbi.v3.core.ConnectionFactory;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.argument.ArgumentFactory;
import org.jdbi.v3.core.config.ConfigRegistry;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jspecify.annotations.Nullable;

/**
 * The durable state in a PostgreSQL database that many nodes share. Thread-safe.
 *
 * <p>Notes. {@code read} sees one snapshot. {@code write} is serialisable, so that the same text is right here that is right where there is one
 * writer: where another transaction came in between, PostgreSQL refuses it, and the work is run again after a short time by chance, in turn with
 * others that were refused. What takes power away goes in turn from the beginning: such changes meet in the change log, and would refuse each other.
 * {@code append} commits what it has, statement by statement as atomic as each is: nobody waits for it, and it is never refused.
 */
public final class PostgresStore extends SqlStore {
    private static final int READERS = 4;
    private static final int WRITERS = 4;
    private static final int APPENDERS = 3;
    /** Of each kind, that nothing uses but what a node's lease depends on. */
    private static final int RESERVED = 2;

    /**
     * Waits until no other transaction of any node that began with this runs. It takes no snapshot: the transaction sees what those before it have
     * done, so that none of them is in its way. Every node may change this table, and its rows can be changed meanwhile.
     */
    private static final String TURN = "lock table nodes in share update exclusive mode";

    private static final String SNAPSHOT = "TRANSACTION_REPEATABLE_READ";
    private static final String SERIALIZABLE = "TRANSACTION_SERIALIZABLE";
    private static final String READ_COMMITTED = "TRANSACTION_READ_COMMITTED";
    private static final int ROWS_AT_ONCE = 2_000;
    /** With the pauses between them about three seconds. */
    private static final int ATTEMPTS = 30;

    private static final long SHORTEST_PAUSE_MILLIS = 1;
    private static final long LONGEST_PAUSE_MILLIS = 200;
    private static final long RETRY_MILLIS = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final Duration LONGEST_PAUSE_IN_TRANSACTION = Duration.ofSeconds(4);
    private static final Duration LONGEST_CANCEL = Duration.ofSeconds(1);
    private static final Duration LONGEST_RETRIES = Duration.ofSeconds(5);
    /**
     * A node that the network has lost in the middle of a transaction must not keep its locks from the others for hours, nor the database busy with
     * what nobody waits for any more.
     */
    private static final String BOUNDED = "set idle_in_transaction_session_timeout = "
            + LONGEST_PAUSE_IN_TRANSACTION.toMillis() + "; set statement_timeout = "
            + Waiting.BACKGROUND.statement().toMillis();

    private final PostgresAddress address;
    private final SplittableRandom random = new SplittableRandom();
    private final HikariDataSource readers;
    private final HikariDataSource writers;
    private final HikariDataSource appenders;
    private final ReservedConnections reservedReaders;
    private final ReservedConnections reservedAppenders;
    private final Way callers;
    private final Way patient;
    private final Way reserved;

    private PostgresStore(PostgresAddress address) {
        super(PostgresDialect.INSTANCE);
        this.address = address;
        // On small tables the planner prefers to read all of them, and then every change of one is in the way of every
        // other.
        this.writers = pool(address, "writing", WRITERS, SERIALIZABLE, "set enable_seqscan = off");
        this.readers = pool(address, "reading", READERS, SNAPSHOT, null);
        this.appenders = pool(address, "appending", APPENDERS, READ_COMMITTED, null);
        Duration silence = Waiting.LEASE.silence();
        this.reservedReaders = new ReservedConnections(
                address, RESERVED, Connection.TRANSACTION_REPEATABLE_READ, true, BOUNDED, silence);
        this.reservedAppenders = new ReservedConnections(
                address, RESERVED, Connection.TRANSACTION_READ_COMMITTED, false, BOUNDED, silence);
        this.callers = ofPools(Waiting.CALLER);
        this.patient = ofPools(Waiting.BACKGROUND);
        this.reserved = new Way(
                jdbi(reservedReaders, Waiting.LEASE),
                jdbi(writers, Waiting.LEASE),
                jdbi(reservedAppenders, Waiting.LEASE),
                () -> {
                    reservedReaders.distrust();
                    reservedAppenders.distrust();
                },
                Waiting.LEASE);
    }

    private Way ofPools(Waiting waiting) {
        return new Way(
                jdbi(readers, waiting),
                jdbi(writers, waiting),
                jdbi(appenders, waiting),
                () -> Stream.of(readers, writers, appenders)
                        .forEach(pool -> pool.getHikariPoolMXBean().softEvictConnections()),
                waiting);
    }

    /**
     * How long an answer of the database is waited for.
     *
     * @param statement after which the database is told to stop, in whole seconds; 0 for never
     * @param silence after which nothing is expected any more: a little longer, for that to be done and said
     */
    private record Waiting(Duration statement, Duration silence) {
        /** Somebody waits, and is answered within ten seconds whatever the network does. */
        static final Waiting CALLER = new Waiting(Duration.ofSeconds(6), Duration.ofSeconds(7));

        static final Waiting BACKGROUND = new Waiting(Duration.ofSeconds(19), Duration.ofSeconds(20));
        /** A fifth of the usual lease, so that a connection which broke without a word does not cost a node its lease. */
        static final Waiting LEASE = new Waiting(Duration.ZERO, Duration.ofSeconds(2));
    }

    /**
     * Opens the database and brings its tables up to date; makes them if there are none.
     *
     * @throws NewerDataException if a newer release wrote them, which are left as they are
     * @throws StoreUnavailableException if the database can't be used
     */
    public static PostgresStore open(PostgresAddress address) {
        PostgresSchema.prepare(address, true);
        return new PostgresStore(address);
    }

    /**
     * The same for a start that waits a while for a database that can't be reached.
     *
     * @param changesTables whether tables may be made and brought up to date; if not, they have to be of this release
     * @param notices is told once, in a sentence, that it waits, and why
     */
    public static PostgresStore await(
            PostgresAddress address, boolean changesTables, Duration longest, Consumer<String> notices) {
        long begun = System.nanoTime();
        for (boolean told = false; ; told = true) {
            try {
                PostgresSchema.prepare(address, changesTables);
                return new PostgresStore(address);
            } catch (StoreUnavailableException e) {
                if (!PostgresFailure.isAway(e) || System.nanoTime() - begun >= longest.toNanos()) {
                    throw e;
                }
                if (!told) {
                    notices.accept(e.getMessage() + "; trying again for " + longest.toSeconds() + " s");
                }
                rest(RETRY_MILLIS, e);
            }
        }
    }

    private static void rest(long millis, StoreUnavailableException reason) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw reason;
        }
    }

    private static HikariDataSource pool(
            PostgresAddress address, String name, int size, String isolation, @Nullable String first) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("store-" + name);
        config.setJdbcUrl(address.driverUrl());
        config.setDataSourceProperties(address.driverProperties());
        config.addDataSourceProperty("connectTimeout", Long.toString(PATIENCE.toSeconds()));
        config.addDataSourceProperty("loginTimeout", Long.toString(PATIENCE.toSeconds()));
        config.addDataSourceProperty(
                "socketTimeout", Long.toString(Waiting.CALLER.silence().toSeconds()));
        // Otherwise whoever gave up waits for the word that ends the statement, which may find no way either.
        config.addDataSourceProperty("cancelSignalTimeout", Long.toString(LONGEST_CANCEL.toSeconds()));
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("ApplicationName", "inferencekey");
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        // Otherwise the driver holds all rows of an answer in memory: a node could not read a million keys.
        config.addDataSourceProperty("defaultRowFetchSize", Integer.toString(ROWS_AT_ONCE));
        config.setConnectionTimeout(PATIENCE.toMillis());
        config.setValidationTimeout(PATIENCE.toMillis());
        // The database may be away when the pool is made: connections are made when they are asked for.
        config.setInitializationFailTimeout(-1);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        config.setTransactionIsolation(isolation);
        config.setReadOnly(isolation.equals(SNAPSHOT));
        config.setConnectionInitSql(first == null ? BOUNDED : BOUNDED + "; " + first);
        return new HikariDataSource(config);
    }

    private static Jdbi jdbi(HikariDataSource pool, Waiting waiting) {
        int silenceMillis = Math.toIntExact(waiting.silence().toMillis());
        ConnectionFactory connections = () -> {
            Connection connection = pool.getConnection();
            // Says nothing to the database. The pool puts its own back.
            connection.setNetworkTimeout(Runnable::run, silenceMillis);
            return connection;
        };
        return jdbi(connections, waiting);
    }

    private static Jdbi jdbi(ConnectionFactory connections, Waiting waiting) {
        Jdbi jdbi = setUp(Jdbi.create(connections));
        jdbi.getConfig(SqlStatements.class)
                .setQueryTimeout(Math.toIntExact(waiting.statement().toSeconds()));
        jdbi.registerArgument(new TruthAsNumber());
        return jdbi;
    }

    /** Columns hold 0 or 1, as on SQLite. */
    private static final class TruthAsNumber implements ArgumentFactory.Preparable {
        @Override
        public Optional<Function<Object, Argument>> prepare(Type type, ConfigRegistry config) {
            return type == boolean.class || type == Boolean.class
                    ? Optional.of(value -> (position, statement, context) ->
                            statement.setInt(position, Boolean.TRUE.equals(value) ? 1 : 0))
                    : Optional.empty();
        }
    }

    @Override
    public <T extends @Nullable Object> T read(Function<StoreSession, T> work) {
        return callers.read(work);
    }

    @Override
    public <T extends @Nullable Object> T write(Function<StoreSession, T> work) {
        return callers.write(work);
    }

    @Override
    public <T extends @Nullable Object> T append(Function<StoreSession, T> work) {
        return callers.append(work);
    }

    /** The same as {@link #write}, but in turn with others of its kind: whoever runs the database sees to its disk. */
    @Override
    public <T extends @Nullable Object> T writeUrgently(Function<StoreSession, T> work) {
        return callers.writeUrgently(work);
    }

    @Override
    public Store patient() {
        return patient;
    }

    @Override
    public Store reserved() {
        return reserved;
    }

    @Override
    public boolean sharedByNodes() {
        return true;
    }

    @Override
    public Subscription onChange(Runnable changed, Runnable acknowledged) {
        return ChangeListener.start(address, changed, acknowledged);
    }

    @Override
    public boolean isFull() {
        return false;
    }

    /** Whether all that a transaction does has been done but for its commit. Of one thread. */
    private static final class Ending {
        final int attempt;
        boolean begun;

        Ending(int attempt) {
            this.attempt = attempt;
        }

        <T extends @Nullable Object> Function<StoreSession, T> after(Function<StoreSession, T> work) {
            return session -> {
                T result = work.apply(session);
                begun = true;
                return result;
            };
        }
    }

    /** The store over some of its connections, with some patience. It is closed with the store. */
    private final class Way implements Store {
        private final Jdbi reading;
        private final Jdbi writing;
        private final Jdbi appending;
        private final Runnable distrust;
        private final Waiting waiting;

        /** @param distrust gives up the connections that there are */
        Way(Jdbi reading, Jdbi writing, Jdbi appending, Runnable distrust, Waiting waiting) {
            this.reading = reading;
            this.writing = writing;
            this.appending = appending;
            this.distrust = distrust;
            this.waiting = waiting;
        }

        @Override
        public <T extends @Nullable Object> T read(Function<StoreSession, T> work) {
            return repeatedly(_ -> transact(reading, work, false));
        }

        @Override
        public <T extends @Nullable Object> T write(Function<StoreSession, T> work) {
            return write(work, false);
        }

        /** @param inTurn whether it waits for its turn at once; else when it has met another one */
        private <T extends @Nullable Object> T write(Function<StoreSession, T> work, boolean inTurn) {
            return repeatedly(ending -> transact(
                    writing,
                    inTurn || ending.attempt > 1 ? handle -> handle.execute(TURN) : _ -> {},
                    ending.after(work),
                    true));
        }

        @Override
        public <T extends @Nullable Object> T append(Function<StoreSession, T> work) {
            return waiting.equals(Waiting.LEASE)
                    ? repeatedly(_ -> oneByOne(appending, work))
                    : repeatedly(ending -> transact(appending, ending.after(work), true));
        }

        @Override
        public <T extends @Nullable Object> T writeUrgently(Function<StoreSession, T> work) {
            return write(work, true);
        }

        @Override
        public boolean sharedByNodes() {
            return true;
        }

        @Override
        public Subscription onChange(Runnable changed, Runnable acknowledged) {
            return PostgresStore.this.onChange(changed, acknowledged);
        }

        @Override
        public boolean isFull() {
            return false;
        }

        @Override
        public void close() {
            // Its connections are the store's.
        }

        /**
         * Runs the work again after a conflict, and after a connection turned out to be lost, which is so for each in the pool when the database
         * was away for a moment: unless it was lost in the commit, of which nobody knows then whether it happened, or it took long to notice.
         */
        private <T extends @Nullable Object> T repeatedly(Function<Ending, T> transaction) {
            long begun = System.nanoTime();
            for (int attempt = 1; ; attempt++) {
                Ending ending = new Ending(attempt);
                try {
                    return transaction.apply(ending);
                } catch (RuntimeException e) {
                    long taken = System.nanoTime() - begun;
                    boolean lost = PostgresFailure.isLostConnection(e);
                    if (lost) {
                        // Most likely all are: whoever comes next shall not find that out one by one.
                        distrust.run();
                    }
                    boolean again = lost
                            ? !ending.begun && taken < PATIENCE.toNanos()
                            : PostgresFailure.isConflict(e) && taken < LONGEST_RETRIES.toNanos();
                    if (attempt == ATTEMPTS || !again) {
                        throw PostgresFailure.translate(e, lost && ending.begun, waiting.statement());
                    }
                    pause(attempt);
                }
            }
        }
    }

    private void pause(int attempt) {
        long longest = Math.min(LONGEST_PAUSE_MILLIS, SHORTEST_PAUSE_MILLIS << Math.min(attempt, 20));
        long millis;
        synchronized (random) {
            millis = random.nextLong(longest + 1);
        }
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StoreUnavailableException("the store was not changed: the server is stopping; try again soon", e);
        }
    }

    @Override
    protected <T> T apart(Handle handle, Function<Handle, T> work) {
        return callers.appending.inTransaction(work::apply);
    }

    @Override
    protected DataSource scheduledWork() {
        return appenders;
    }

    @Override
    protected void closeConnections() {
        readers.close();
        writers.close();
        appenders.close();
        reservedReaders.close();
        reservedAppenders.close();
    }
}
