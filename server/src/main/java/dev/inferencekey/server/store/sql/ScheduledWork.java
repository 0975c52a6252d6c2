package dev.inferencekey.server.store.sql;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.Waiter;
import com.github.kagkarlsson.scheduler.event.AbstractSchedulerListener;
import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.logging.LogLevel;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dev.inferencekey.server.domain.retry.Backoff;
import dev.inferencekey.server.ports.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schedule in the table {@code scheduled_tasks}: one row for each piece of work, which says when it is due, and who has it and was last
 * heard of when. Thread-safe.
 *
 * <p>Notes. db-scheduler does this. A look for work that is due is one select; only a run writes, when it begins and when it ends, and
 * meanwhile now and then to say that its node is alive. The times are those of the nodes' clocks, so clocks that differ by more than the
 * time after which a node counts as dead would have work done twice.
 */
public final class ScheduledWork implements Schedule {
    /**
     * How fast things go.
     *
     * @param start how long after the start the first look is
     * @param look how long after a look the next is
     * @param heartbeat how often a node tells that it is still at work
     */
    record Pace(Duration start, Duration look, Duration heartbeat) {
        static final Pace DEFAULT = new Pace(Duration.ofSeconds(30), Duration.ofSeconds(5), Duration.ofSeconds(10));
    }

    /** A node that missed so many heartbeats counts as dead; the library wants at least 4. */
    private static final int MISSED_HEARTBEATS = 6;

    private static final double SPREAD = 0.1;
    private static final String INSTANCE = "installation";
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(10);
    private static final Backoff START = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(10), SPREAD);
    private static final String LOOKER = "scheduled-work-look";
    private static final Logger LOG = LoggerFactory.getLogger(ScheduledWork.class);

    private record Piece(String name, Duration interval, Work work) {}

    private final InstantSource clock;
    private final RandomGenerator random;
    private final Pace pace;
    private final DataSource source;
    private final JdbcCustomization dialect;
    private final String node;
    private final List<Piece> pieces = new ArrayList<>();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread starter =
            Thread.ofPlatform().name("scheduled-work-start").daemon().unstarted(this::begin);

    /** Guarded by this; null until the store took the work. */
    private @Nullable Scheduler scheduler;

    private volatile boolean away;

    /** @param source connections in which each statement is a transaction of its own */
    public ScheduledWork(
            DataSource source, JdbcCustomization dialect, String node, InstantSource clock, RandomGenerator random) {
        this(source, dialect, node, clock, random, Pace.DEFAULT);
    }

    ScheduledWork(
            DataSource source,
            JdbcCustomization dialect,
            String node,
            InstantSource clock,
            RandomGenerator random,
            Pace pace) {
        this.source = source;
        this.dialect = dialect;
        this.node = node;
        this.clock = clock;
        this.random = random;
        this.pace = pace;
    }

    @Override
    public void every(String name, Duration interval, Work work) {
        pieces.add(new Piece(name, interval, work));
    }

    private Task<Void> task(Piece piece) {
        Backoff pause = new Backoff(piece.interval(), piece.interval(), SPREAD);
        return Tasks.custom(piece.name(), Void.class)
                .onFailure((done, operations) -> operations.reschedule(done, next(done, pause)))
                .onDeadExecution((dead, operations) -> operations.reschedule(dead, clock.instant()))
                .execute((instance, context) -> {
                    run(piece);
                    return (done, operations) -> operations.reschedule(done, next(done, pause));
                });
    }

    private Instant next(ExecutionComplete done, Backoff pause) {
        return done.getTimeDone().plus(pause.after(1, random));
    }

    private void run(Piece piece) {
        String name = piece.name();
        try {
            piece.work().run(() -> closing.getCount() == 0);
        } catch (RuntimeException e) {
            if (failing.add(name)) {
                LOG.atWarn()
                        .addKeyValue("work", name)
                        .setCause(e)
                        .log("scheduled work failed; it is tried again later");
            }
            throw e;
        }
        if (failing.remove(name)) {
            LOG.atInfo().addKeyValue("work", name).log("scheduled work is done again");
        }
    }

    @Override
    public void start() {
        starter.start();
    }

    private void begin() {
        try {
            if (closing.await(pace.start().toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
            // Nothing of the library is loaded while the platform starts.
            Scheduler made = scheduler();
            for (int failures = 1; !enter(made); failures++) {
                if (closing.await(START.after(failures, random).toNanos(), TimeUnit.NANOSECONDS)) {
                    return;
                }
            }
            synchronized (this) {
                if (closing.getCount() > 0) {
                    made.start();
                    scheduler = made;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Scheduler scheduler() {
        return new RealPace(source, pieces.stream().<Task<?>>map(this::task).toList())
                .clock(clock::instant)
                .commitWhenAutocommitDisabled(true)
                .schedulerName(new SchedulerName.Fixed(node))
                .jdbcCustomization(dialect)
                .pollingInterval(pace.look())
                .heartbeatInterval(pace.heartbeat())
                .missedHeartbeatsLimit(MISSED_HEARTBEATS)
                .shutdownMaxWait(CLOSE_PATIENCE)
                // One for each piece: none waits for another, least of all for somebody else's server.
                .executorService(Executors.newFixedThreadPool(Math.max(1, pieces.size()), threads("scheduled-work")))
                .dueExecutor(Executors.newSingleThreadExecutor(threads(LOOKER)))
                .housekeeperExecutor(Executors.newSingleThreadScheduledExecutor(threads("scheduled-work-heartbeat")))
                // What fails is told here, once.
                .failureLogging(LogLevel.OFF, false)
                .addSchedulerListener(new Listener())
                .build();
    }

    /** Makes the rows that are missing; false if the store can't be used now. */
    private boolean enter(Scheduler made) {
        try {
            Instant now = clock.instant();
            for (Piece piece : pieces) {
                made.scheduleIfNotExists(new TaskInstance<Void>(piece.name(), INSTANCE), now.plus(piece.interval()));
            }
            return true;
        } catch (RuntimeException e) {
            notReached(e);
            return false;
        }
    }

    private void notReached(@Nullable RuntimeException e) {
        if (!away) {
            away = true;
            LOG.atWarn().setCause(e).log("scheduled work: the store can't be used; what is due is done later");
        }
    }

    private static ThreadFactory threads(String name) {
        return Thread.ofPlatform().name(name).daemon().factory();
    }

    @Override
    public void close() {
        closing.countDown();
        Scheduler started;
        synchronized (this) {
            started = scheduler;
            scheduler = null;
        }
        if (started != null) {
            started.stop();
        }
        try {
            starter.join(CLOSE_PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The platform's clock says what is due; how long it is until the next look is real time. */
    private static final class RealPace extends SchedulerBuilder {
        RealPace(DataSource source, List<Task<?>> tasks) {
            super(source, tasks);
        }

        @Override
        protected Waiter buildWaiter() {
            return new Waiter(poolingInterval);
        }
    }

    /**
     * Tells once when the store is away, and once when it is back; the library would tell at each look. By looks alone, one after the other: what
     * other threads began while it was away may fail after it is back.
     */
    private final class Listener extends AbstractSchedulerListener {
        @Override
        public void onSchedulerEvent(SchedulerEventType type) {
            switch (type) {
                case UNEXPECTED_ERROR -> {
                    if (Thread.currentThread().getName().equals(LOOKER)) {
                        notReached(null);
                    }
                }
                case RAN_EXECUTE_DUE -> {
                    if (away) {
                        away = false;
                        LOG.info("scheduled work: the store is back");
                    }
                }
                case DEAD_EXECUTION -> LOG.info("scheduled work of a node that is not heard of is taken over");
                default -> {}
            }
        }
    }
}
