package dev.inferencekey.server.background.engine;

import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.runtime.Replica;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops replicas off the agent's thread, since that takes time: first their requests under way may end, for a while, then they go.
 * Thread-safe.
 */
final class ReplicaStopper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaStopper.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final AccessTableWriter table;
    private final Duration drain;
    /** By the id of what is being stopped. */
    private final Map<String, Thread> stopping = new ConcurrentHashMap<>();

    private volatile boolean hurry;

    /** @param drain how long requests under way may take to end */
    ReplicaStopper(AccessTableWriter table, Duration drain) {
        this.table = table;
        this.drain = drain;
    }

    /**
     * Returns at once. The replica must have been taken out of the access table before.
     *
     * @param stopped is told when nothing of it is left
     */
    void stop(Replica replica, Runnable stopped) {
        Thread thread = Thread.ofVirtual().name("stop-" + replica.id()).unstarted(() -> {
            try {
                awaitIdle(replica);
                replica.stop();
            } catch (RuntimeException e) {
                LOG.atError().addKeyValue("replica", replica.id()).setCause(e).log("a replica could not be stopped");
            } finally {
                stopping.remove(replica.id());
                stopped.run();
            }
        });
        stopping.put(replica.id(), thread);
        thread.start();
    }

    /** Whether it is being stopped. */
    boolean stops(String replicaId) {
        return stopping.containsKey(replicaId);
    }

    /** Waits for all that is being stopped, without further patience for their requests. */
    @Override
    public void close() {
        hurry = true;
        for (Thread thread : Set.copyOf(stopping.values())) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void awaitIdle(Replica replica) {
        long deadline = System.nanoTime() + drain.toNanos();
        // At least one pause: a request may have chosen the replica just before it was taken out, and not be counted
        // yet.
        do {
            try {
                Thread.sleep(LOOK_AGAIN);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        } while (!hurry && table.outstanding(replica.id()) > 0 && System.nanoTime() < deadline);
    }
}
