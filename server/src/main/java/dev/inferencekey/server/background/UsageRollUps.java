package dev.inferencekey.server.background;

import dev.inferencekey.server.domain.usage.UsageRetention;
import dev.inferencekey.server.ports.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sums usage up again and again, and forgets what is older than the installation keeps. Each step is one short transaction, so that
 * imports and people get their turn in between; what a step did not get to, the next round finds. Thread-safe.
 */
public final class UsageRollUps implements AutoCloseable {
    /** How often to look, unless told otherwise. */
    public static final Duration DEFAULT_INTERVAL = Duration.ofSeconds(30);

    /** Most requests have ended by then; sums of times that get a record later are made a second time. */
    static final Duration GRACE = Duration.ofMinutes(5);

    /** How often to forget. */
    static final Duration FORGET_INTERVAL = Duration.ofHours(1);

    /** Records or rows of one step: some ten milliseconds. */
    private static final int STEP = 2_000;

    private static final Logger LOG = LoggerFactory.getLogger(UsageRollUps.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);

    private final Store store;
    private final InstantSource clock;
    private final Duration interval;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread =
            Thread.ofPlatform().name("usage-roll-up").daemon().unstarted(this::run);

    // Touched by the thread alone.
    private boolean away;
    private @Nullable Instant forgotAt;
    private @Nullable UsageRetention forgotBy;

    public UsageRollUps(Store store, InstantSource clock, Duration interval) {
        this.store = store;
        this.clock = clock;
        this.interval = interval;
    }

    /** Begins after one interval: what the journal still holds from before is imported first, since forgotten ids are not known again. */
    public void start() {
        thread.start();
    }

    private void run() {
        try {
            while (!closing.await(interval.toNanos(), TimeUnit.NANOSECONDS)) {
                tryRound();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void tryRound() {
        try {
            round();
            if (away) {
                LOG.info("usage roll-up: going on");
            }
            away = false;
        } catch (RuntimeException e) {
            // The next round does what this one could not, whatever the trouble is.
            if (!away) {
                LOG.warn("usage roll-up: the store can't be used; sums come later", e);
            }
            away = true;
        }
    }

    /** Everything that is to be done now. */
    void round() {
        Instant now = clock.instant();
        Instant until = now.minus(GRACE);
        store.<Boolean>append(session -> {
            session.usageSums().makeRoom(now);
            return true;
        });
        List<String> behind = store.read(session -> session.usageSums().behind(until));
        forEach(
                behind,
                project -> store.<Boolean>append(session -> session.usageSums().rollUp(project, until, STEP)));
        UsageRetention retention = store.read(session -> session.usageSums().retention());
        boolean due = forgotAt == null || !now.isBefore(forgotAt.plus(FORGET_INTERVAL)) || now.isBefore(forgotAt);
        if (due || !retention.equals(forgotBy)) {
            forget(now, retention);
            forgotAt = now;
            forgotBy = retention;
        }
    }

    private void forget(Instant now, UsageRetention retention) {
        Instant recordsBefore = now.minus(Duration.ofDays(retention.recordDays()));
        Instant sumsBefore = now.minus(Duration.ofDays(retention.sumDays()));
        boolean more = true;
        while (more && closing.getCount() > 0) {
            more = store.<Boolean>append(session -> session.usageSums().giveBack(recordsBefore));
        }
        List<String> projects = store.read(session -> session.usageSums().projects());
        forEach(
                projects,
                project -> store.<Boolean>append(
                        session -> session.usageSums().forget(project, recordsBefore, sumsBefore, STEP)));
    }

    /** Takes steps for each project until there are no more. */
    private void forEach(List<String> projects, Predicate<String> step) {
        for (String project : projects) {
            boolean more = true;
            while (more && closing.getCount() > 0) {
                more = step.test(project);
            }
        }
    }

    /** Ends after the present step. Idempotent. */
    @Override
    public void close() {
        closing.countDown();
        try {
            thread.join(CLOSE_PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
