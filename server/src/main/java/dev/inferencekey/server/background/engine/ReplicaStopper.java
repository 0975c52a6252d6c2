package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.runtime.Replica;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends replicas off the caller's thread, since that takes time: first their requests under way may end, for a while, then they go; or they go at
 * once. What can't be ended is tried again until it is, or this is closed. Thread-safe.
 */
final class ReplicaStopper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaStopper.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);
    private static final Duration TRY_AGAIN = Duration.ofMillis(250);

    private final AccessTableWriter table;
    private final Duration drain;
    /** By the id of what is being ended. */
    private final Map<String, Ending> endings = new ConcurrentHashMap<>();

    private volatile boolean hurry;

    /** @param drain how long requests under way may take to end */
    ReplicaStopper(AccessTableWriter table, Duration drain) {
        this.table = table;
        this.drain = drain;
    }

    /** One replica on its way out, which may be stopped in peace and, if that takes too long, killed beside that. */
    private final class Ending {
        final Replica replica;
        final Runnable ended;
        final AtomicBoolean killed = new AtomicBoolean();
        final CountDownLatch gone = new CountDownLatch(1);

        Ending(Replica replica, Runnable ended) {
            this.replica = replica;
            this.ended = ended;
        }

        void stop() {
            if (!awaitIdle(this)) {
                return; // It is being killed.
            }
            try {
                replica.stop();
                isGone();
            } catch (RuntimeException e) {
                LOG.atError().addKeyValue("replica", replica.id()).setCause(e).log("a replica could not be stopped");
                kill();
            }
        }

        void kill() {
            if (killed.compareAndSet(false, true)) {
                // No virtual thread: those wait for each other where all processors are busy.
                Thread.ofPlatform().name("kill-" + replica.id()).daemon().start(this::killAgainAndAgain);
            }
        }

        private void killAgainAndAgain() {
            for (boolean told = false; !killOnce(told); told = true) {
                if (hurry || !pause(TRY_AGAIN)) {
                    break;
                }
            }
            isGone();
        }

        private boolean killOnce(boolean told) {
            try {
                replica.kill();
                return true;
            } catch (RuntimeException | Error e) {
                if (!told) {
                    LOG.atError()
                            .addKeyValue("replica", replica.id())
                            .setCause(e)
                            .log("a replica could not be killed; it is tried again until it is gone");
                }
                return false;
            }
        }

        private void isGone() {
            endings.remove(replica.id(), this);
            gone.countDown();
            ended.run();
        }
    }

    /**
     * Returns at once. The replica must have been taken out of the access table before.
     *
     * @param ended is told when nothing of it is left
     */
    void stop(Replica replica, Runnable ended) {
        Ending fresh = new Ending(replica, ended);
        if (endings.putIfAbsent(replica.id(), fresh) == null) {
            Thread.ofVirtual().name("stop-" + replica.id()).start(fresh::stop);
        }
    }

    /**
     * Ends it without patience for its requests, also if it is being stopped. Returns at once.
     *
     * @param ended is told when nothing of it is left
     */
    void kill(Replica replica, Runnable ended) {
        endings.computeIfAbsent(replica.id(), _ -> new Ending(replica, ended)).kill();
    }

    /** Kills what is being stopped. Returns at once. */
    void killAll() {
        List.copyOf(endings.values()).forEach(Ending::kill);
    }

    /** Whether something of it may be left, since it is being ended. */
    boolean ends(String replicaId) {
        return endings.containsKey(replicaId);
    }

    /** Waits for all that is being ended, without further patience for their requests. */
    @Override
    public void close() {
        hurry = true;
        for (Ending ending : List.copyOf(endings.values())) {
            try {
                ending.gone.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** False if it is killed instead. */
    private boolean awaitIdle(Ending ending) {
        long deadline = System.nanoTime() + drain.toNanos();
        // At least one pause: a request may have chosen the replica just before it was taken out, and not be counted
        // yet.
        do {
            if (!pause(LOOK_AGAIN)) {
                return true;
            }
        } while (!hurry
                && !ending.killed.get()
                && table.outstanding(ending.replica.id()) > 0
                && System.nanoTime() < deadline);
        return !ending.killed.get();
    }

    /** False if the thread is to end. */
    private static boolean pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
