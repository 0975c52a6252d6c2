package dev.inferencekey.server.store.postgres;

import dev.inferencekey.server.ports.store.Store.Subscription;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hears that the change log has grown, and that nodes have acknowledged, on a connection of its own. A connection that breaks is made again, after a pause that grows; once it is
 * there, and from time to time, whoever listens is told to look, since announcements may have been missed. Thread-safe.
 *
 * <p>Behind a pool of connections that gives each transaction another one, nothing is ever heard; listeners look by themselves then.
 */
final class ChangeListener implements Subscription {
    /** Where changes are announced. */
    static final String CHANGES = "inferencekey_changes";
    /** Where it is announced that a node has acknowledged one. */
    static final String ACKNOWLEDGEMENTS = "inferencekey_acknowledgements";

    private static final Logger LOG = LoggerFactory.getLogger(ChangeListener.class);
    /** So long it is waited for an announcement before the connection is tried: one that broke without a word is noticed by that. */
    private static final int SILENCE_MILLIS = 10_000;

    private static final int PATIENCE_SECONDS = 5;
    private static final long SHORTEST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 10_000;

    private final OwnConnections connections;
    private final Runnable changed;
    private final Runnable acknowledged;
    private final SplittableRandom random = new SplittableRandom();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicReference<@Nullable Connection> current = new AtomicReference<>();

    private ChangeListener(PostgresAddress address, Runnable changed, Runnable acknowledged) {
        this.connections = new OwnConnections(address);
        connections.setApplicationName("inferencekey-changes");
        connections.setConnectTimeout(PATIENCE_SECONDS);
        connections.setLoginTimeout(PATIENCE_SECONDS);
        connections.setSocketTimeout(PATIENCE_SECONDS);
        connections.setTcpKeepAlive(true);
        this.changed = changed;
        this.acknowledged = acknowledged;
    }

    static ChangeListener start(PostgresAddress address, Runnable changed, Runnable acknowledged) {
        ChangeListener started = new ChangeListener(address, changed, acknowledged);
        Thread.ofPlatform().name("store-changes").daemon().start(started::listen);
        return started;
    }

    private void listen() {
        long pause = SHORTEST_PAUSE_MILLIS;
        boolean away = false;
        try {
            while (closing.getCount() > 0) {
                try (Connection connection = connections.getConnection()) {
                    current.set(connection);
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("listen " + CHANGES + "; listen " + ACKNOWLEDGEMENTS);
                    }
                    if (away) {
                        LOG.info("changes of other nodes are announced again");
                    }
                    away = false;
                    pause = SHORTEST_PAUSE_MILLIS;
                    hear(connection);
                } catch (SQLException e) {
                    if (closing.getCount() > 0 && !away) {
                        LOG.atWarn()
                                .addKeyValue("reason", e.getMessage())
                                .log("changes of other nodes are not announced; looking for them now and then");
                    }
                    away = true;
                } finally {
                    current.set(null);
                }
                var _ = closing.await(pause / 2 + random.nextLong(pause / 2 + 1), TimeUnit.MILLISECONDS);
                pause = Math.min(LONGEST_PAUSE_MILLIS, pause * 2);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void hear(Connection connection) throws SQLException {
        PGConnection heard = connection.unwrap(PGConnection.class);
        changed.run();
        acknowledged.run();
        while (closing.getCount() > 0) {
            Set<String> channels = Arrays.stream(heard.getNotifications(SILENCE_MILLIS))
                    .map(PGNotification::getName)
                    .collect(Collectors.toSet());
            if (channels.contains(CHANGES)) {
                changed.run();
            }
            if (channels.contains(ACKNOWLEDGEMENTS)) {
                acknowledged.run();
            }
            if (channels.isEmpty() && !connection.isValid(PATIENCE_SECONDS)) {
                throw new SQLException("the connection does not answer");
            }
        }
    }

    @Override
    public void close() {
        closing.countDown();
        Connection open = current.get();
        if (open != null) {
            try {
                // Not a word to the server, which may not answer: the thread that waits on it is woken.
                open.abort(Runnable::run);
            } catch (SQLException e) {
                // It ends with its socket timeout.
            }
        }
    }
}
