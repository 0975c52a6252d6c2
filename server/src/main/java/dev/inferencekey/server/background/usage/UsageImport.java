package dev.inferencekey.server.background.usage;

import dev.inferencekey.server.background.Rounds;
import dev.inferencekey.server.background.budget.LateSpending;
import dev.inferencekey.server.domain.budget.UnbookedSpending;
import dev.inferencekey.server.domain.credential.MisplacedCredential;
import dev.inferencekey.server.domain.credential.SecretUse;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.retry.Backoff;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.access.DataPlaneEvents;
import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.metrics.MetricSource;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreSession;
import dev.inferencekey.server.ports.usage.JournalFullPolicy;
import dev.inferencekey.server.ports.usage.UsageBacklog;
import dev.inferencekey.server.ports.usage.UsageJournal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what the data plane reports to the store: usage by way of the journal, in batches, the last use of each key's secret at most
 * once a minute, and uses of wrong-plane credentials as audit events. Reporting is thread-safe and never waits.
 *
 * <p>A record is in the journal when reporting it returns, and stays there until the store has it: a process that is killed in between
 * finds it again, and the store skips what it knows. While the journal has no room, records wait in memory, at most {@value #SPARE} of
 * them, and are lost if the process is killed; beyond that they are lost at once and counted in the log, unless the policy says that
 * requests are rather refused.
 */
public final class UsageImport implements DataPlaneEvents, UsageBacklog, MetricSource, AutoCloseable {
    /** How often batches are written, unless told otherwise. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofMillis(250);

    static final int SPARE = 10_000;
    static final int BATCH = 1_000;

    private static final Logger LOG = LoggerFactory.getLogger(UsageImport.class);
    private static final Duration LAST_USE_STEP = Duration.ofMinutes(1);
    private static final int LAST_USES_BEFORE_CLEANING = 10_000;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    /** All nodes find the store back at the same time, and need not all come at the same time. */
    private static final double SPREAD = 0.2;

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

    /** What records pass through; the parts that are shared with the rest of the platform. */
    public record Parts(
            UsageJournal journal,
            JournalFullPolicy whenFull,
            LateSpending lateSpending,
            Store store,
            IdSource ids,
            InstantSource clock,
            RandomGenerator random,
            ActivityListener activity) {}

    private final UsageJournal journal;
    private final JournalFullPolicy whenFull;
    private final LateSpending lateSpending;
    private final Store store;
    private final IdSource ids;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final ActivityListener activity;
    private final Duration interval;

    private final ArrayBlockingQueue<UsageRecord> spare = new ArrayBlockingQueue<>(SPARE);
    /** Since the last warning, and ever. */
    private final LongAdder unmetered = new LongAdder();

    private final LongAdder everUnmetered = new LongAdder();
    private final LongAdder everTooOld = new LongAdder();
    private final RefusedCredentials refused = new RefusedCredentials();
    private final Rounds rounds = new Rounds();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread importer =
            Thread.ofPlatform().name("usage-import").daemon().unstarted(this::run);

    // Touched by the importer alone.
    private final Map<String, Instant> lastUses = new HashMap<>();
    private final List<UsageRecord> rescued = new ArrayList<>();
    private boolean away;

    public UsageImport(Parts parts, Duration interval) {
        this.journal = parts.journal();
        this.whenFull = parts.whenFull();
        this.lateSpending = parts.lateSpending();
        this.store = parts.store();
        this.ids = parts.ids();
        this.clock = parts.clock();
        this.random = parts.random();
        this.activity = parts.activity();
        this.interval = interval;
    }

    /** Begins to write, first what the journal holds from before. */
    public void start() {
        importer.start();
    }

    @Override
    public void requestEnded(UsageRecord usage) {
        activity.requestEnded(usage.workloadId(), usage.at());
        if (!journal.append(usage) && !spare.offer(usage)) {
            unmetered.increment();
            everUnmetered.increment();
        }
    }

    @Override
    public boolean acceptsRequests() {
        return whenFull == JournalFullPolicy.SERVE_UNMETERED || journal.roomLeft();
    }

    @Override
    public List<Metric> metrics() {
        return List.of(
                Metric.counter(
                        "inferencekey_usage_unmetered_requests_total",
                        "Requests that were served although their usage could not be kept.",
                        everUnmetered.sum()),
                Metric.counter(
                        "inferencekey_usage_outdated_records_total",
                        "Usage records of a time that was forgotten before they came to the store, which did not take them.",
                        everTooOld.sum()));
    }

    @Override
    public void demandWithoutReplica(String workloadId) {
        activity.requestWaits(workloadId);
    }

    @Override
    public void wrongPlaneCredential(MisplacedCredential credential, String clientAddress, String path) {
        refused.note(credential, clientAddress, path);
    }

    @Override
    public long awaitStored(Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (rounds) {
            // The round that runs may have looked before the last record came.
            long wanted = rounds.begun + 1;
            while (rounds.complete < wanted) {
                long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                if (millis <= 0) {
                    return journal.waitingBytes();
                }
                try {
                    rounds.wait(millis);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return journal.waitingBytes();
                }
            }
        }
        return 0;
    }

    /** The rounds of the importer, by number; the lock of what others wait for. */
    private static final class Rounds {
        private long begun;
        private long complete;

        private synchronized void begin() {
            begun++;
        }

        /** Everything that was there when the present round began is in the store. */
        private synchronized void complete() {
            complete = begun;
            notifyAll();
        }
    }

    private void run() {
        try {
            Backoff whenAway = new Backoff(FIRST_PAUSE, LONGEST_PAUSE, SPREAD);
            Duration pause = interval;
            int failures = 0;
            while (!closing.await(pause.toNanos(), TimeUnit.NANOSECONDS)) {
                rounds.begin();
                if (writeAll()) {
                    lateSpending.nothingLeft();
                    rounds.complete();
                }
                warnOfLosses();
                failures = away ? failures + 1 : 0;
                pause = away ? whenAway.after(failures, random) : interval;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            writeAll();
            warnOfLosses();
            int lost = spare.size() + rescued.size();
            if (lost > 0) {
                LOG.warn("usage import: records lost at the end, neither journal nor store took them records={}", lost);
            }
        }
    }

    /** Whether the store has everything. */
    private boolean writeAll() {
        moveSpareToJournal();
        List<UsageRecord> batch;
        do {
            batch = journal.oldest(BATCH);
            if (!write(batch)) {
                return false;
            }
            journal.release();
        } while (batch.size() == BATCH);
        // What the journal still has no room for.
        do {
            spare.drainTo(rescued, BATCH - rescued.size());
            if (!write(rescued)) {
                return false;
            }
            rescued.clear();
        } while (!spare.isEmpty());
        return true;
    }

    /** There may be room again, and what is in the journal survives. Others may offer meanwhile, but nobody else polls. */
    private void moveSpareToJournal() {
        for (UsageRecord usage = spare.peek(); usage != null && journal.append(usage); usage = spare.peek()) {
            spare.remove();
        }
    }

    /** Writes these records, and the refused credentials that are due; true if there is nothing to write. */
    private boolean write(List<UsageRecord> batch) {
        boolean refusals = refused.isDue(clock.instant());
        if (batch.isEmpty() && !refusals) {
            return true;
        }
        Map<String, UsageRecord> uses = dueUses(batch);
        try {
            Map<String, UnbookedSpending> late = lateSpending.of(batch);
            List<Integer> warned = new ArrayList<>();
            int tooOld = store.<Integer>append(session -> {
                warned.clear();
                int notTaken = put(session, batch, uses);
                late.forEach((usageId, spending) ->
                        warned.addAll(LateSpending.book(session, usageId, spending, ids, clock.instant())));
                if (refusals) {
                    refused.append(session, ids, clock.instant());
                }
                return notTaken;
            });
            lateSpending.warned(warned);
            if (tooOld > 0) {
                everTooOld.add(tooOld);
                LOG.warn(
                        "usage import: records of a time that is forgotten are not taken, since it is not known whether they are counted already records={}",
                        tooOld);
            }
        } catch (RuntimeException e) {
            // Kept and tried again with the next round, whatever the store's trouble is.
            if (!away) {
                LOG.warn("usage import: the store can't be written; the journal keeps the records", e);
            }
            away = true;
            return false;
        }
        if (away) {
            LOG.info("usage import: the store is back");
        }
        away = false;
        if (refusals) {
            refused.written();
        }
        uses.forEach((publicId, usage) -> lastUses.put(publicId, usage.at()));
        forgetOldUses();
        return true;
    }

    private int put(StoreSession session, List<UsageRecord> batch, Map<String, UsageRecord> uses) {
        int tooOld = UsageBatch.append(session, batch);
        session.apiKeys()
                .recordUses(uses.values().stream()
                        .map(usage -> new SecretUse(usage.publicId(), usage.at(), usage.clientAddress()))
                        .toList());
        return tooOld;
    }

    /** The newest use of each secret in the batch whose last recorded use is old enough. */
    private Map<String, UsageRecord> dueUses(List<UsageRecord> batch) {
        // In the order of the secrets, so that importers of several nodes don't wait for each other.
        Map<String, UsageRecord> due = new TreeMap<>();
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

    private void warnOfLosses() {
        long count = unmetered.sumThenReset();
        if (count > 0) {
            LOG.warn("usage import: requests served whose usage is lost, the journal has no room records={}", count);
        }
    }

    /** Writes what waits, and ends. Idempotent. */
    @Override
    public void close() {
        closing.countDown();
        try {
            importer.join(CLOSE_PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
