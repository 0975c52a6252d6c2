package dev.inferencekey.server.background;

import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.ports.access.AccessPublication;
import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.access.KeyEntry;
import dev.inferencekey.server.ports.store.AccessChangeLog;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the data plane's access table equal to the store: everything at the start, then the change log from the epoch that was reached.
 * See {@code docs/decisions/0002-changes-reach-the-data-plane-through-a-log.md}.
 *
 * <p>Thread-safe. Invariant: the table is only written under {@link #lock}, and an epoch counts as reached only after everything up to
 * it has been applied; so whoever gets the lock after its own commit and catches up has its change in force.
 */
public final class AccessFeed implements AccessPublication, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(AccessFeed.class);

    /** Other processes may change the store too; this is how late their changes are seen here. */
    private static final Duration POLL = Duration.ofSeconds(1);

    private static final int BATCH = 1000;
    private static final int KEPT_ENTRIES = 100_000;
    private static final int POLLS_BETWEEN_TRIMS = 600;

    private final Store store;
    private final AccessTableWriter table;
    private final ReentrantLock lock = new ReentrantLock(true);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread poller;

    private AccessFeed(Store store, AccessTableWriter table) {
        this.store = store;
        this.table = table;
        this.poller = Thread.ofPlatform().name("access-feed").daemon().unstarted(this::poll);
    }

    /** Loads the table, and keeps it up to date until {@link #close}. */
    public static AccessFeed start(Store store, AccessTableWriter table) {
        AccessFeed feed = new AccessFeed(store, table);
        feed.reload();
        feed.poller.start();
        return feed;
    }

    @Override
    public Receipt publish() {
        long started = System.nanoTime();
        lock.lock();
        try {
            catchUp();
            return new Receipt(table.epoch(), Duration.ofNanos(System.nanoTime() - started));
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        closed.countDown();
        try {
            poller.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void poll() {
        boolean storeWasAway = false;
        for (int round = 1; !isClosed(); round++) {
            try {
                publish();
                if (round % POLLS_BETWEEN_TRIMS == 0) {
                    store.write(session -> {
                        session.accessChanges().trim(KEPT_ENTRIES);
                        return true;
                    });
                }
                storeWasAway = false;
            } catch (RuntimeException e) {
                // The data plane goes on with what it knows; the next round tries again.
                if (!storeWasAway) {
                    LOG.warn("access changes can't be read; the data plane goes on with what it knows", e);
                }
                storeWasAway = true;
            }
        }
    }

    private boolean isClosed() {
        try {
            return closed.await(POLL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    private void catchUp() {
        while (true) {
            long reached = table.epoch();
            Optional<List<Change>> changes = store.read(session -> changesAfter(session, reached));
            if (changes.isEmpty()) {
                reload();
                return;
            }
            if (changes.get().isEmpty()) {
                return;
            }
            for (Change change : changes.get()) {
                change.apply(table);
            }
            table.reached(changes.get().getLast().epoch());
        }
    }

    /** The next changes with the present state of what they are about; empty if the log no longer reaches back that far. */
    private static Optional<List<Change>> changesAfter(StoreSession session, long reached) {
        AccessChangeLog log = session.accessChanges();
        boolean trimmedAway = log.oldestEpoch() > reached + 1;
        boolean storeIsOlder = log.lastEpoch() < reached;
        if (trimmedAway || storeIsOlder) {
            return Optional.empty();
        }
        Map<String, Change> latest = new LinkedHashMap<>();
        for (AccessChangeLog.Entry entry : log.after(reached, BATCH)) {
            // Several changes of one thing come down to its present state; the last one's epoch moves it to the end.
            latest.remove(entry.id());
            latest.put(entry.id(), present(session, entry));
        }
        return Optional.of(List.copyOf(latest.values()));
    }

    private static Change present(StoreSession session, AccessChangeLog.Entry entry) {
        return switch (entry.subject()) {
            case API_KEY ->
                session.apiKeys()
                        .find(entry.id())
                        .filter(key -> key.state() != CredentialState.REVOKED)
                        .<Change>map(key -> new Change.KeyPut(entry.epoch(), KeyEntry.of(key)))
                        .orElseGet(() -> new Change.KeyGone(entry.epoch(), entry.id()));
            case WORKLOAD ->
                session.workloads()
                        .find(entry.id())
                        .<Change>map(workload -> new Change.EndpointPut(entry.epoch(), EndpointEntry.of(workload)))
                        .orElseGet(() -> new Change.EndpointGone(entry.epoch(), entry.id()));
        };
    }

    private void reload() {
        lock.lock();
        try {
            // The epoch is read first: what is committed in between is in the snapshot and is read once more, which does no harm.
            long epoch = store.read(session -> session.accessChanges().lastEpoch());
            table.load(epoch, snapshot -> store.read(session -> {
                session.apiKeys().forEachLive(key -> snapshot.key(KeyEntry.of(key)));
                session.workloads().all().forEach(workload -> snapshot.endpoint(EndpointEntry.of(workload)));
                return true;
            }));
        } finally {
            lock.unlock();
        }
    }

    /** One thing's present state, on its way into the table. */
    private sealed interface Change {
        long epoch();

        void apply(AccessTableWriter table);

        record KeyPut(long epoch, KeyEntry key) implements Change {
            @Override
            public void apply(AccessTableWriter table) {
                table.putKey(key);
            }
        }

        record KeyGone(long epoch, String id) implements Change {
            @Override
            public void apply(AccessTableWriter table) {
                table.removeKey(id);
            }
        }

        record EndpointPut(long epoch, EndpointEntry endpoint) implements Change {
            @Override
            public void apply(AccessTableWriter table) {
                table.putEndpoint(endpoint);
            }
        }

        record EndpointGone(long epoch, String id) implements Change {
            @Override
            public void apply(AccessTableWriter table) {
                table.removeEndpoint(id);
            }
        }
    }
}
