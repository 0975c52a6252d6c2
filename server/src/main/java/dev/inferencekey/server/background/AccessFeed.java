package dev.inferencekey.server.background;

import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.ports.access.AccessPublication;
import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.access.EndpointSpending;
import dev.inferencekey.server.ports.access.KeyEntry;
import dev.inferencekey.server.ports.store.AccessChangeLog;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node's access table as the store has it: all of it at the start, then each change as it is committed. Thread-safe.
 *
 * <p>Callers of {@link #publish} share work: one of them reads on while the others wait, and one that came while a reading was under
 * way waits for the next, since only that surely sees its commit. Invariant, guarded by {@code turn}: everything that was committed
 * before request number {@code served} was made is in force; at most one thread applies changes.
 *
 * <p>What other processes commit is noticed by asking the store now and then. While the store is away the table stays as it is.
 */
public final class AccessFeed implements AccessPublication, AutoCloseable {
    /** How often other processes' changes are looked for, unless told otherwise. */
    public static final Duration DEFAULT_POLL_INTERVAL = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(AccessFeed.class);
    private static final int BATCH = 1_000;
    private static final int KEPT_CHANGES = 10_000;
    private static final int POLLS_BETWEEN_TRIMS = 600;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

    private final String node;
    private final Store store;
    private final AccessTableWriter table;
    private final InstantSource clock;
    private final Duration pollInterval;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread poller =
            Thread.ofPlatform().name("access-feed").daemon().unstarted(this::poll);

    private final Object turn = new Object();
    private long requested;
    private long served;
    private boolean applying;

    // Touched only by the thread that applies changes; handed on through the lock.
    private boolean loaded;

    /** {@code node} names this process in receipts. */
    public AccessFeed(String node, Store store, AccessTableWriter table, InstantSource clock, Duration pollInterval) {
        this.node = node;
        this.store = store;
        this.table = table;
        this.clock = clock;
        this.pollInterval = pollInterval;
    }

    /**
     * Loads everything and begins to follow changes.
     *
     * @throws StoreUnavailableException if the store can't be read; nothing was begun then
     */
    public void start() {
        publish();
        poller.start();
    }

    /** @throws StoreUnavailableException if the store can't be read now; the periodic look will bring the change later */
    @Override
    public Receipt publish() {
        Instant begun = clock.instant();
        long covered;
        synchronized (turn) {
            long mine = ++requested;
            boolean interrupted = false;
            while (served < mine && applying) {
                try {
                    turn.wait();
                } catch (InterruptedException e) {
                    // The promise is "in force when this returns"; the wait is short.
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            if (served >= mine) {
                return receipt(begun);
            }
            applying = true;
            covered = requested;
        }
        boolean done = false;
        try {
            catchUp();
            done = true;
        } finally {
            table.following(done);
            synchronized (turn) {
                applying = false;
                if (done) {
                    served = Math.max(served, covered);
                }
                turn.notifyAll();
            }
        }
        return receipt(begun);
    }

    private Receipt receipt(Instant begun) {
        Duration took = Duration.between(begun, clock.instant());
        long epoch = table.epoch();
        return new Receipt(epoch, List.of(new NodeEpoch(node, epoch)), took.isNegative() ? Duration.ZERO : took);
    }

    private void catchUp() {
        Reading reading;
        do {
            long reached = table.epoch();
            boolean all = !loaded;
            reading = store.read(session -> all ? readAll(session) : readOn(session, reached));
            reading.applyTo(table);
            loaded = true;
        } while (reading.moreFollows());
    }

    /** What one transaction saw. Applied outside of it, so that a transaction that is run again does no harm. */
    private sealed interface Reading {
        void applyTo(AccessTableWriter table);

        default boolean moreFollows() {
            return false;
        }
    }

    private record Everything(long epoch, List<KeyEntry> keys, List<EndpointEntry> endpoints) implements Reading {
        @Override
        public void applyTo(AccessTableWriter table) {
            table.load(epoch, snapshot -> {
                keys.forEach(snapshot::key);
                endpoints.forEach(snapshot::endpoint);
            });
        }
    }

    private record Changes(
            long epoch,
            Map<String, Optional<KeyEntry>> keys,
            Map<String, Optional<EndpointEntry>> endpoints,
            boolean moreFollows)
            implements Reading {
        @Override
        public void applyTo(AccessTableWriter table) {
            table.apply(epoch, changes -> {
                keys.forEach((id, key) -> key.ifPresentOrElse(changes::putKey, () -> changes.removeKey(id)));
                endpoints.forEach((id, endpoint) ->
                        endpoint.ifPresentOrElse(changes::putEndpoint, () -> changes.removeEndpoint(id)));
            });
        }
    }

    private static Reading readAll(StoreSession session) {
        List<KeyEntry> keys = new ArrayList<>();
        session.apiKeys().forEachLive(key -> keys.add(KeyEntry.of(key, List.of())));
        Map<String, Limits> limits = session.workloads().allLimits();
        List<EndpointEntry> endpoints = session.workloads().all().stream()
                .map(workload -> EndpointEntry.of(
                        workload, limits.getOrDefault(workload.id(), Limits.NONE), EndpointSpending.NONE))
                .toList();
        return new Everything(session.accessChanges().lastEpoch(), keys, endpoints);
    }

    private static Reading readOn(StoreSession session, long reached) {
        AccessChangeLog log = session.accessChanges();
        long last = log.lastEpoch();
        if (last == reached) {
            return new Changes(last, Map.of(), Map.of(), false);
        }
        long oldest = log.oldestEpoch();
        boolean gap = oldest == 0 || oldest > reached + 1;
        // A log that is behind what was reached is another one: the store was replaced, for instance by a backup.
        if (gap || last < reached) {
            return readAll(session);
        }
        List<AccessChangeLog.Entry> entries = log.after(reached, BATCH);
        Map<String, Optional<KeyEntry>> keys = new LinkedHashMap<>();
        Map<String, Optional<EndpointEntry>> endpoints = new LinkedHashMap<>();
        for (AccessChangeLog.Entry entry : entries) {
            switch (entry.subject()) {
                case API_KEY -> keys.computeIfAbsent(entry.id(), presentKey(session));
                case WORKLOAD ->
                    endpoints.computeIfAbsent(
                            entry.id(),
                            id -> session.workloads()
                                    .find(id)
                                    .map(workload -> EndpointEntry.of(
                                            workload, session.workloads().limits(id), EndpointSpending.NONE)));
            }
        }
        return new Changes(
                entries.isEmpty() ? last : entries.getLast().epoch(), keys, endpoints, entries.size() == BATCH);
    }

    private static Function<String, Optional<KeyEntry>> presentKey(StoreSession session) {
        return id -> session.apiKeys()
                .find(id)
                .filter(key -> key.state() != CredentialState.REVOKED)
                .map(key -> KeyEntry.of(key, List.of()));
    }

    private void poll() {
        boolean away = false;
        int polls = 0;
        try {
            while (!closing.await(pollInterval.toNanos(), TimeUnit.NANOSECONDS)) {
                try {
                    publish();
                    if (polls++ % POLLS_BETWEEN_TRIMS == 0) {
                        trim();
                    }
                    if (away) {
                        LOG.info("access feed: the store is back");
                    }
                    away = false;
                } catch (RuntimeException e) {
                    // Whatever it is: the table serves as it was, and the next round tries again.
                    if (!away) {
                        LOG.warn("access feed: the store can't be read; serving what is known", e);
                    }
                    away = true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void trim() {
        store.write(session -> {
            session.accessChanges().trim(KEPT_CHANGES);
            return true;
        });
    }

    /** Ends the periodic look. {@link #publish} goes on to work. Idempotent. */
    @Override
    public void close() {
        closing.countDown();
        try {
            poller.join(CLOSE_PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
