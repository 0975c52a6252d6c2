package dev.inferencekey.server.background;

import dev.inferencekey.server.domain.audit.AuditEvent;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.access.DataPlaneEvents;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what the data plane reports into the store, in batches, off the event loops: usage, the coarse last use of each secret, and
 * refused uses of the other plane's credentials.
 *
 * <p>While the store is away, records wait in a queue of {@value #QUEUE} and the batch at hand is tried again; what no longer fits is
 * dropped, counted and logged. What waits in the queue does not survive {@code kill -9}.
 *
 * <p>Thread-safe. Invariant: {@link #lastUses} and {@link #refusals} belong to the import thread alone.
 */
public final class UsageImport implements DataPlaneEvents, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UsageImport.class);

    private static final int QUEUE = 65_536;
    private static final int BATCH = 1000;
    private static final Duration GATHERING = Duration.ofMillis(250);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_PATIENCE = Duration.ofSeconds(5);

    /** How fine "last used" is, and how often one public id's refusals are audited. */
    private static final Duration COARSE = Duration.ofMinutes(1);

    private static final int REMEMBERED = 100_000;

    private final Store store;
    private final IdSource ids;
    private final InstantSource clock;
    private final LoadListener load;
    private final BlockingQueue<Event> queue = new ArrayBlockingQueue<>(QUEUE);
    private final AtomicLong dropped = new AtomicLong();
    private final Map<String, Instant> lastUses = remembering();
    private final Map<String, Instant> refusals = remembering();
    private final Thread importer;
    private volatile boolean closing;

    private UsageImport(Store store, IdSource ids, InstantSource clock, LoadListener load) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.load = load;
        this.importer = Thread.ofPlatform().name("usage-import").daemon().unstarted(this::run);
    }

    /** Starts to import; ends, with everything imported if the store lets it, at {@link #close}. */
    public static UsageImport start(Store store, IdSource ids, InstantSource clock, LoadListener load) {
        UsageImport usage = new UsageImport(store, ids, clock, load);
        usage.importer.start();
        return usage;
    }

    private sealed interface Event {
        record Ended(UsageRecord usage) implements Event {}

        record WrongPlane(String redacted, String clientAddress, String path, Instant at) implements Event {}
    }

    @Override
    public void requestEnded(UsageRecord usage) {
        load.requestSeen(usage.workloadId());
        offer(new Event.Ended(usage));
    }

    @Override
    public void demandWithoutReplica(String workloadId) {
        load.replicaWanted(workloadId);
    }

    @Override
    public void wrongPlaneCredential(String redacted, String clientAddress, String path) {
        offer(new Event.WrongPlane(redacted, clientAddress, path, clock.instant()));
    }

    /** How many events were dropped because the store was away for too long. */
    public long dropped() {
        return dropped.get();
    }

    @Override
    public void close() {
        closing = true;
        try {
            importer.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void offer(Event event) {
        if (!queue.offer(event) && dropped.getAndIncrement() % QUEUE == 0) {
            LOG.error("usage is being dropped: the store has been away for too long");
        }
    }

    private void run() {
        List<Event> batch = new ArrayList<>();
        while (true) {
            gather(batch);
            if (!batch.isEmpty()) {
                importUntilDone(batch);
                batch.clear();
            } else if (closing) {
                return;
            }
        }
    }

    /** Waits for a first event, then takes what comes within a moment: few transactions when it is busy, little delay when not. */
    private void gather(List<Event> batch) {
        try {
            Event first = queue.poll(GATHERING.toMillis(), TimeUnit.MILLISECONDS);
            if (first == null) {
                return;
            }
            batch.add(first);
            long deadline = System.nanoTime() + GATHERING.toNanos();
            while (batch.size() < BATCH && !closing) {
                Event next = queue.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (next == null) {
                    return;
                }
                batch.add(next);
            }
            queue.drainTo(batch, BATCH - Math.min(BATCH, batch.size()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closing = true;
        }
    }

    private void importUntilDone(List<Event> batch) {
        long giveUpAt = 0;
        while (true) {
            try {
                importBatch(batch);
                return;
            } catch (RuntimeException e) {
                LOG.warn("usage can't be written now; trying again", e);
                if (closing && giveUpAt == 0) {
                    giveUpAt = System.nanoTime() + LAST_PATIENCE.toNanos();
                }
                if (giveUpAt != 0 && System.nanoTime() > giveUpAt) {
                    dropped.addAndGet(batch.size());
                    LOG.error("usage was lost: the store can't be written and the platform stops");
                    return;
                }
                pause();
            }
        }
    }

    private void pause() {
        try {
            Thread.sleep(RETRY);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closing = true;
        }
    }

    private void importBatch(List<Event> batch) {
        List<UsageRecord> records = new ArrayList<>(batch.size());
        Map<String, UsageRecord> uses = new LinkedHashMap<>();
        Map<String, Event.WrongPlane> refused = new LinkedHashMap<>();
        for (Event event : batch) {
            switch (event) {
                case Event.Ended(UsageRecord usage) -> {
                    // A workload that does not exist has no bill, and its name is whatever the caller made up.
                    if (!usage.workloadId().isEmpty()) {
                        records.add(usage);
                    }
                    if (isDue(lastUses, usage.publicId(), usage.at())) {
                        uses.put(usage.publicId(), usage);
                    }
                }
                case Event.WrongPlane wrong -> {
                    if (isDue(refusals, wrong.redacted(), wrong.at())) {
                        refused.putIfAbsent(wrong.redacted(), wrong);
                    }
                }
            }
        }
        store.write(session -> {
            session.usage().append(records);
            uses.forEach((publicId, usage) ->
                    session.apiKeys().recordUse(publicId, usage.at(), usage.clientAddress()));
            refused.values().forEach(wrong -> session.audit().append(refusal(session, wrong)));
            return true;
        });
        uses.forEach((publicId, usage) -> lastUses.put(publicId, usage.at()));
        refused.forEach((redacted, wrong) -> refusals.put(redacted, wrong.at()));
    }

    private AuditEvent refusal(StoreSession session, Event.WrongPlane wrong) {
        return new AuditEvent(
                ids.next("aud"),
                wrong.at(),
                wrong.redacted(),
                "credential.refused",
                projectOf(session, wrong.redacted()),
                null,
                wrong.clientAddress(),
                Map.of("reason", "wrong_credential_type", "plane", "data", "path", wrong.path()));
    }

    /** The project whose people should see it: that of the token with this public id, if there is one. */
    private static @Nullable String projectOf(StoreSession session, String redacted) {
        String publicId = redacted.substring(redacted.lastIndexOf('_') + 1).replace("…", "");
        return session.sdkTokens()
                .findByPublicId(publicId)
                .map(token -> token.projectSlug())
                .orElse(null);
    }

    private static boolean isDue(Map<String, Instant> last, String publicId, Instant at) {
        Instant before = last.get(publicId);
        return before == null || Duration.between(before, at).compareTo(COARSE) >= 0;
    }

    private static Map<String, Instant> remembering() {
        return new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
                return size() > REMEMBERED;
            }
        };
    }
}
