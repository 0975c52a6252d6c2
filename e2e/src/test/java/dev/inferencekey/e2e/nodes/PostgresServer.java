package dev.inferencekey.e2e.nodes;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A real PostgreSQL with a folder and a port that it keeps through stops, kills and starts. What it has committed is in the hands of the
 * kernel, so that a kill loses none of it. For one thread.
 */
final class PostgresServer implements AutoCloseable {
    static final String USER = "postgres";

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private final Path folder;
    private EmbeddedPostgres running;

    /** Starts one in an empty folder. */
    PostgresServer(Path folder) {
        this.folder = folder;
        this.running = start(0);
    }

    private EmbeddedPostgres start(int port) {
        Redirect log = Redirect.appendTo(folder.resolveSibling("postgres.log").toFile());
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(folder)
                .setCleanDataDirectory(false)
                .setPGStartupWait(Duration.ofMinutes(1))
                .setOutputRedirector(log)
                .setErrorRedirector(log)
                // A commit that was answered has been handed to the kernel: the power does not fail here, processes do.
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("fsync", "off");
        if (port != 0) {
            builder.setPort(port);
        }
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int port() {
        return running.getPort();
    }

    /** As {@code systemctl stop} does: clients lose their connections, nothing is lost. */
    void stop() {
        try {
            running.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code kill -9} of the process that all others belong to. */
    void kill() {
        running.getProcess().destroyForcibly().onExit().join();
        stop();
    }

    /** On the same folder and port, after a stop or a kill. */
    void startAgain() {
        running = start(running.getPort());
    }

    /** Creates an empty database, and says its name. */
    String createDatabase() {
        String name = "nodes_" + DATABASES.incrementAndGet();
        try (Connection connection = connect(USER);
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return name;
    }

    /** A connection that goes past every proxy. */
    Connection connect(String database) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port() + "/" + database, USER, "");
    }

    @Override
    public void close() {
        stop();
    }
}
