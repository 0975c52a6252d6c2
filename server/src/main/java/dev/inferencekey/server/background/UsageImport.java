package dev.inferencekey.server.background;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.access.DataPlaneEvents;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what the data plane reports to the store: usage in batches, the last use of each key's secret at most once a minute, and
 * uses of wrong-plane credentials as audit events. Reporting is thread-safe and never waits.
 *
 * <p>Records wait in memory, at most {@value #CAPACITY}, until the store has taken them; while it is away they are kept and tried
 * again. What does not fit any more is dropped and counted in the log, and what waits is lost if the process is killed. A batch may
 * be tried twice: the store skips records that it knows.
 */
public final class UsageImport implements DataPlaneEvents, AutoCloseable {
    /** How often batches are written, unless told otherwise. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofMillis(250);

    static final int CAPACITY = 100_000;
    static final int BATCH = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(UsageImport.class);
    private static final Duration LAST_USE_STEP = Duration.ofMinutes(1);
    private static final int LAST_USES_BEFORE_CLEANING = 10_000;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

    private final Store store;
    private final IdSource ids;
    private final InstantSource clock;
    private final ActivityListener activity;
    private final Duration interval;

    private final ArrayBlockingQueue<UsageRecord> waiting = new ArrayBlockingQueue<>(CAPACITY);
    private final LongAdder dropped = new LongAdder();
    private final RefusedCredentials refused = new RefusedCredentials();
    private final Semaphore wake = new Semaphore(0);
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Thread importer =
            Thread.ofPlatform().name("usage-import").daemon().unstarted(this::run);
    private volatile boolean closing;

    // Touched by the importer alone.
    private final Map<String, Instant> lastUses = new HashMap<>();
    private final List<UsageRecord> batch = new ArrayList<>(BATCH);
    private final List<RefusedCredentials.Report> reports = new ArrayList<>();
    private boolean away;

    public UsageImport(Store store, IdSource ids, InstantSource clock, ActivityListener activity, Duration interval) {
        this.store = store;
        this.ids = ids;
        this.clock = clock;
        this.activity = activity;
        this.interval = interval;
    }

    /** Begins to write. What was reported before is kept. */
    public void start() {
        importer.start();
    }

    @Override
    public void requestEnded(UsageRecord usage) {
        activity.requestEnded(usage.workloadId(), usage.at());
        if (!waiting.offer(usage)) {
            dropped.increment();
        }
        // One wake-up per batch, not per record: this runs on event loops.
        if (waiting.size() >= BATCH && woken.compareAndSet(false, true)) {
            wake.release();
        }
    }

    @Override
    public void demandWithoutReplica(String workloadId) {
        activity.requestWaits(workloadId);
    }

    @Override
    public void wrongPlaneCredential(String redacted, String clientAddress, String path) {
        refused.note(redacted, clientAddress, path);
    }

    private void run() {
        try {
            while (!closing) {
                boolean full = wake.tryAcquire(interval.toNanos(), TimeUnit.NANOSECONDS);
                if (full) {
                    woken.set(false);
                }
                writeAll();
                warnOfDrops();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            writeAll();
            warnOfDrops();
            int lost = waiting.size() + batch.size();
            if (lost > 0) {
                LOG.warn("usage import: records lost at the end, the store can't be written records={}", lost);
            }
        }
    }

    private void writeAll() {
        reports.addAll(refused.drain(clock.instant()));
        do {
            waiting.drainTo(batch, BATCH - batch.size());
            if ((batch.isEmpty() && reports.isEmpty()) || !write()) {
                return;
            }
            batch.clear();
            reports.clear();
        } while (!waiting.isEmpty());
    }

    private boolean write() {
        Map<String, UsageRecord> uses = dueUses();
        try {
            store.write(session -> {
                put(session, uses);
                return true;
            });
        } catch (RuntimeException e) {
            // Kept and tried again with the next round, whatever the store's trouble is.
            if (!away) {
                LOG.warn("usage import: the store can't be written; keeping records waiting={}", waiting.size(), e);
            }
            away = true;
            return false;
        }
        if (away) {
            LOG.info("usage import: the store is back");
        }
        away = false;
        uses.forEach((publicId, usage) -> lastUses.put(publicId, usage.at()));
        forgetOldUses();
        return true;
    }

    private void put(StoreSession session, Map<String, UsageRecord> uses) {
        if (!batch.isEmpty()) {
            session.usage().append(batch);
        }
        uses.forEach((publicId, usage) -> session.apiKeys().recordUse(publicId, usage.at(), usage.clientAddress()));
        reports.forEach(report -> report.append(session, ids));
    }

    /** The newest use of each secret in the batch whose last recorded use is old enough. */
    private Map<String, UsageRecord> dueUses() {
        Map<String, UsageRecord> due = new HashMap<>();
        for (UsageRecord usage : batch) {
            Instant known = lastUses.get(usage.publicId());
            if (known == null || !usage.at().isBefore(known.plus(LAST_USE_STEP))) {
                due.merge(usage.publicId(), usage, (one, other) -> one.at().isAfter(other.at()) ? one : other);
            }
        }
        return due;
    }

    private void forgetOldUses() {
        if (lastUses.size() > LAST_USES_BEFORE_CLEANING) {
            Instant old = clock.instant().minus(LAST_USE_STEP);
            lastUses.values().removeIf(at -> at.isBefore(old));
        }
    }

    private void warnOfDrops() {
        long count = dropped.sumThenReset();
        if (count > 0) {
            LOG.warn("usage import: records dropped, more came than the store took records={}", count);
        }
    }

    /** Writes what waits, and ends. Idempotent. */
    @Override
    public void close() {
        closing = true;
        wake.release();
        try {
            importer.join(CLOSE_PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
