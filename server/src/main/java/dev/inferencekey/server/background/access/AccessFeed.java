package dev.inferencekey.server.background.access;

import dev.inferencekey.server.background.Rounds;
import dev.inferencekey.server.background.engine.ReplicaBoard;
import dev.inferencekey.server.background.engine.WorkloadFacts;
import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.access.OpenRequests;
import dev.inferencekey.server.ports.store.AccessChangeLog.Entry;
import dev.inferencekey.server.ports.store.AccessChangeLog.Position;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this node's access table as the store has it: all of it at the start, then each change as it is committed. Thread-safe.
 *
 * <p>What other processes commit is noticed when the store says so, and by asking it now and then, since it may not. While the store is away the
 * table stays as it is. A place in the log that the store does not know, after a backup was restored or commits were lost, means that
 * everything is read again; so does one that is too far behind.
 */
public final class AccessFeed implements AutoCloseable {
    private static final Duration SHARED_POLL_INTERVAL = Duration.ofMillis(500);

    private static final Duration OWN_POLL_INTERVAL = Duration.ofSeconds(1);

    private static final Logger LOG = LoggerFactory.getLogger(AccessFeed.class);

    /** How many changes the log keeps; a node that is further behind reads everything. */
    public static final int KEPT_CHANGES = 10_000;

    private static final int MAX_ENDED_NOTED = 1_000;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

    private final Store store;
    /** For what has changed, which a node's lease depends on; not for a whole reload, which may take its time. */
    private final Store reserved;

    private final AccessTableWriter table;
    private final Duration pollInterval;
    private final Rounds rounds = new Rounds(this::readOn);
    private final Semaphore wanted = new Semaphore(0);
    private final Thread follower =
            Thread.ofPlatform().name("access-feed").daemon().unstarted(this::follow);
    private volatile boolean closing;
    private volatile OpenRequests requests = OpenRequests.NONE;
    private volatile Consumer<Position> inForce = _ -> {};
    private volatile Runnable acknowledged = () -> {};
    private volatile @Nullable ReplicaBoard board;
    private Store.@Nullable Subscription signal;

    /** What the table has; null before the first reading. Written by the thread whose round it is. */
    private volatile @Nullable Position position;

    /** Whether the table may have half of what was to be put into it. Of the thread whose round it is. */
    private boolean inDoubt;

    /** How many requests the newest changes have ended; guarded by itself. */
    private final Map<Ended, Integer> ended = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Ended, Integer> eldest) {
            return size() > MAX_ENDED_NOTED;
        }
    };

    private record Ended(Subject subject, String id) {}

    /** Asks the store as often as is right for it. */
    public AccessFeed(Store store, AccessTableWriter table) {
        this(store, table, store.sharedByNodes() ? SHARED_POLL_INTERVAL : OWN_POLL_INTERVAL);
    }

    /** @param pollInterval how often the store is asked although it has not said that anything changed */
    public AccessFeed(Store store, AccessTableWriter table, Duration pollInterval) {
        this.store = store;
        this.reserved = store.reserved();
        this.table = table;
        this.pollInterval = pollInterval;
    }

    /**
     * Loads everything and begins to follow changes.
     *
     * @param acknowledge is told what is in force after each look at the store, by the thread that follows; may fail, then it is told again
     * @throws StoreUnavailableException if the store can't be read; nothing was begun then
     */
    public void start(Consumer<Position> acknowledge) {
        catchUp();
        inForce = acknowledge;
        signal = store.onChange(wanted::release, acknowledged);
        follower.start();
    }

    /** Who is told what there is of replicas; to be called before {@link #start}. */
    public void tells(ReplicaBoard replicas) {
        board = replicas;
    }

    /** Who is told that another node may have acknowledged a change; to be called before {@link #start}. */
    public void onAcknowledgements(Runnable listener) {
        acknowledged = listener;
    }

    /** Where changes that say so end requests from now on. */
    public void endsRequestsOf(OpenRequests open) {
        requests = open;
    }

    /**
     * Returns when everything that was committed before is in force, and requests that were to end have ended.
     *
     * @throws StoreUnavailableException if the store can't be read now; the next look will bring the change
     */
    public Position catchUp() {
        rounds.await();
        return reached();
    }

    /** How many requests changes of this subject have ended here since this was last asked; of the newest changes alone. */
    public int takeEnded(Subject subject, String id) {
        synchronized (ended) {
            Integer count = ended.remove(new Ended(subject, id));
            return count == null ? 0 : count;
        }
    }

    private Position reached() {
        Position reached = position;
        if (reached == null) {
            throw new IllegalStateException("nothing was read yet");
        }
        return reached;
    }

    /** What one transaction saw: everything, or what has changed. Applied outside of it. */
    private record Reading(
            Position position,
            List<Entry> entries,
            @Nullable Consumer<AccessTableWriter.Snapshot> everything,
            Consumer<AccessTableWriter.Changes> changes,
            Collection<WorkloadFacts> replicas) {}

    private void readOn() {
        Position before = position;
        boolean done = false;
        try {
            Reading reading = read(inDoubt ? null : before);
            inDoubt = true;
            apply(reading, before != null);
            inDoubt = false;
            position = reading.position();
            done = true;
        } finally {
            table.following(done);
        }
    }

    private Reading read(@Nullable Position before) {
        Optional<Reading> changed =
                before == null ? Optional.empty() : reserved.read(session -> changed(session, before));
        return changed.isPresent() ? changed.get() : store.patient().read(AccessFeed::everything);
    }

    private static Reading everything(StoreSession session) {
        return new Reading(
                session.accessChanges().last(),
                List.of(),
                AccessFacts.all(session),
                _ -> {},
                WorkloadFacts.all(session.replicas()).values());
    }

    /** Empty if the log can't tell. */
    private static Optional<Reading> changed(StoreSession session, Position before) {
        return session.accessChanges()
                .after(before, KEPT_CHANGES)
                .map(entries -> entries.isEmpty()
                        ? new Reading(before, entries, null, _ -> {}, List.of())
                        : new Reading(
                                entries.getLast().position(),
                                entries,
                                null,
                                AccessFacts.changed(session, entries),
                                AccessFacts.replicas(session, entries)));
    }

    private void apply(Reading reading, boolean known) {
        long epoch = reading.position().epoch();
        if (reading.everything() != null) {
            table.load(epoch, reading.everything());
            tell(reading);
            if (known) {
                // Which of the changes in between were to end requests is not known: better one too many.
                requests.end(new OpenRequests.Which.NoLongerAllowed());
            }
        } else if (!reading.entries().isEmpty()) {
            table.apply(epoch, reading.changes());
            tell(reading);
            reading.entries().stream().filter(Entry::endsRequests).forEach(this::end);
        }
    }

    /** After the table: a workload's endpoint is there before what serves it. */
    private void tell(Reading reading) {
        ReplicaBoard told = board;
        if (told == null) {
            return;
        }
        if (reading.everything() != null) {
            told.all(reading.replicas());
        } else if (reading.entries().stream().anyMatch(entry -> entry.subject() != Subject.API_KEY)) {
            told.changed(reading.replicas());
        }
    }

    private void end(Entry entry) {
        int count = requests.end(
                switch (entry.subject()) {
                    case API_KEY -> new OpenRequests.Which.OfKey(entry.id());
                    case WORKLOAD, REPLICA -> new OpenRequests.Which.OfWorkload(entry.id());
                });
        synchronized (ended) {
            ended.merge(new Ended(entry.subject(), entry.id()), count, Integer::sum);
        }
    }

    private void follow() {
        boolean away = false;
        try {
            while (!closing) {
                var _ = wanted.tryAcquire(pollInterval.toNanos(), TimeUnit.NANOSECONDS);
                wanted.drainPermits(); // The look that follows sees all of what they stood for.
                if (closing) {
                    return;
                }
                try {
                    inForce.accept(catchUp());
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

    /** Ends following. {@link #catchUp} goes on to work. Idempotent. */
    @Override
    public void close() {
        closing = true;
        wanted.release();
        Store.Subscription subscribed = signal;
        if (subscribed != null) {
            subscribed.close();
        }
        try {
            follower.join(CLOSE_PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
