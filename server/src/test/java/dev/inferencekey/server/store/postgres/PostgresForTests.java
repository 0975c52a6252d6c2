package dev.inferencekey.server.store.postgres;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.StringJoiner;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** One PostgreSQL for all tests of this JVM, started when the first one asks, and a fresh database in it for each. */
public final class PostgresForTests {
    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final ConcurrentLinkedQueue<Database> EMPTY = new ConcurrentLinkedQueue<>();

    private PostgresForTests() {}

    /** Started once; ends with the JVM. */
    private static final class Server {
        static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            try {
                EmbeddedPostgres server = EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "off")
                        .setServerConfig("max_connections", "300")
                        .start();
                // A copy of a database that has its tables is made faster than the tables.
                try (Connection connection = connect(server);
                        Statement statement = connection.createStatement()) {
                    statement.execute("create database empty_store");
                }
                PostgresStore.open(address(server, "empty_store")).close();
                return server;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /** A database that a test has for itself. */
    public record Database(String name) implements AutoCloseable {
        /** As {@code ik server --store} takes it. */
        public String url() {
            return urlAt(port());
        }

        /** The same for somebody who comes through another port. */
        public String urlAt(int port) {
            return "postgresql://postgres:postgres@localhost:" + port + "/" + name;
        }

        int port() {
            return Server.RUNNING.getPort();
        }

        public PostgresAddress address() {
            return PostgresAddress.parse(url());
        }

        /** A store on it; several are several nodes. */
        public PostgresStore open() {
            return PostgresStore.open(address());
        }

        /** As if the network broke the connections that call themselves so. */
        public void breakConnections(String applicationName) {
            execute("""
                    select pg_terminate_backend(pid) from pg_stat_activity
                     where datname = '%s' and application_name = '%s'
                    """.formatted(name, applicationName));
        }

        /** A connection past the store. */
        public Connection connect() throws SQLException {
            return DriverManager.getConnection(address().driverUrl(), address().driverProperties());
        }

        /** Empties it, since that takes less time than to make another one; whoever still uses it is cut off. */
        @Override
        public void close() {
            execute("""
                    select pg_terminate_backend(pid) from pg_stat_activity where datname = '%s'
                    """.formatted(name));
            try (Connection connection = connect();
                    Statement statement = connection.createStatement()) {
                StringJoiner tables = new StringJoiner(", ");
                try (ResultSet rows = statement.executeQuery("""
                        select tablename from pg_tables
                         where schemaname = 'public' and tablename <> 'flyway_schema_history'
                        """)) {
                    while (rows.next()) {
                        tables.add(rows.getString(1));
                    }
                }
                statement.execute("truncate " + tables + " restart identity cascade");
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
            EMPTY.add(this);
        }
    }

    /** An empty one, with its tables. */
    public static Database database() {
        Database known = EMPTY.poll();
        return known != null ? known : made("template empty_store");
    }

    /** The address of a fresh one without any table. */
    public static String withoutTables() {
        return made("").url();
    }

    private static Database made(String from) {
        String name = "store_" + COUNT.incrementAndGet();
        execute("create database " + name + " " + from);
        return new Database(name);
    }

    private static void execute(String sql) {
        try (Connection connection = connect(Server.RUNNING);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Connection connect(EmbeddedPostgres server) throws SQLException {
        PostgresAddress address = address(server, "postgres");
        return DriverManager.getConnection(address.driverUrl(), address.driverProperties());
    }

    private static PostgresAddress address(EmbeddedPostgres server, String database) {
        return PostgresAddress.parse("postgresql://postgres:postgres@localhost:" + server.getPort() + "/" + database);
    }
}
