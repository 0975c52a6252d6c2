package dev.inferencekey.server.store.sqlite;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;
import org.sqlite.SQLiteDataSource;

/** How a database file is connected to: by one connection that writes, and a few that only read. Stateless. */
final class SqliteConnections {
    private static final Duration BUSY_TIMEOUT = Duration.ofSeconds(5);
    /** Behind other transactions of this process. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);

    private static final int LARGEST_LOG_BYTES = 64 * 1024 * 1024;

    private SqliteConnections() {}

    static HikariDataSource writer(Path file, SynchronousMode synchronous) {
        return pool("writing", source(file, TransactionMode.IMMEDIATE, synchronous), 1, null);
    }

    static HikariDataSource readers(Path file, SynchronousMode synchronous, int size) {
        return pool("reading", source(file, TransactionMode.DEFERRED, synchronous), size, "pragma query_only = true");
    }

    private static HikariDataSource pool(String name, SQLiteDataSource source, int size, @Nullable String first) {
        HikariConfig config = new HikariConfig();
        config.setPoolName("store-" + name);
        config.setDataSource(source);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(0);
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(LONGEST_WAIT.toMillis());
        config.setConnectionInitSql(first);
        return new HikariDataSource(config);
    }

    /** Without IMMEDIATE, a transaction that reads and then writes fails when another one wrote in between. */
    static SQLiteDataSource source(Path file, TransactionMode mode, SynchronousMode synchronous) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(synchronous);
        config.enforceForeignKeys(true);
        config.setBusyTimeout(Math.toIntExact(BUSY_TIMEOUT.toMillis()));
        config.setTransactionMode(mode);
        config.setJournalSizeLimit(LARGEST_LOG_BYTES);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        return source;
    }
}
