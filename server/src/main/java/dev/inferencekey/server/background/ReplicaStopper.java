package dev.inferencekey.server.background;

import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.RunningReplica;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops replicas off the reconciler's thread, since that takes time: first their requests under way may end, for a while, then they go.
 * Thread-safe.
 */
final class ReplicaStopper implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaStopper.class);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final AccessTableWriter table;
    private final Duration drain;
    private final Map<Thread, Stopping> stopping = new ConcurrentHashMap<>();
    private volatile boolean hurry;

    private record Stopping(String workloadId, Fleet.Leaving leaving) {}

    /** @param drain how long requests under way may take to end */
    ReplicaStopper(AccessTableWriter table, Duration drain) {
        this.table = table;
        this.drain = drain;
    }

    /** Returns at once. The replica must have been taken out of the access table before. */
    void stop(String workloadId, Fleet.Leaving leaving) {
        Replica replica = leaving.replica();
        Thread thread = Thread.ofVirtual().name("stop-" + replica.id()).unstarted(() -> {
            try {
                awaitIdle(replica);
                replica.stop();
            } catch (RuntimeException e) {
                LOG.atError().addKeyValue("replica", replica.id()).setCause(e).log("a replica could not be stopped");
            } finally {
                stopping.remove(Thread.currentThread());
            }
        });
        stopping.put(thread, new Stopping(workloadId, leaving));
        thread.start();
    }

    /** What is still being stopped of this workload. */
    List<RunningReplica> of(String workloadId) {
        return stopping.values().stream()
                .filter(each -> each.workloadId().equals(workloadId))
                .map(each -> each.leaving()
                        .running(table.outstanding(each.leaving().replica().id())))
                .toList();
    }

    /** Waits for all that is being stopped, without further patience for their requests. */
    @Override
    public void close() {
        hurry = true;
        for (Thread thread : Set.copyOf(stopping.keySet())) {
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
