package dev.inferencekey.server.manager.service;

import dev.inferencekey.server.ports.access.AccessPublication;
import dev.inferencekey.server.ports.access.AccessPublication.Receipt;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings committed changes of access to the data plane. Thread-safe.
 *
 * <p>What takes rights away must be in force before the caller hears of it, so its failure is the request's failure. What gives rights
 * may come a moment later. Neither may lose an answer that shows a credential once: that says what is not known instead.
 */
public final class Publisher {
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    /** Shorter than what callers and load balancers commonly wait for an answer. */
    private static final Duration LONGEST_WAIT_WITH_CREDENTIAL = Duration.ofSeconds(25);

    private static final String STORED = "the change is stored";

    private final AccessPublication publication;
    private final Duration longestWaitWithCredential;

    public Publisher(AccessPublication publication) {
        this(publication, LONGEST_WAIT_WITH_CREDENTIAL);
    }

    Publisher(AccessPublication publication, Duration longestWaitWithCredential) {
        this.publication = publication;
        this.longestWaitWithCredential = longestWaitWithCredential;
    }

    /**
     * After a change that takes rights away.
     *
     * @throws StoreUnavailableException if it is stored, but the store can't tell any more which nodes have it in force
     * @throws IllegalStateException if it is stored, but the data plane did not confirm it
     */
    public Receipt tightened() {
        return confirmed(STORED, publication::publishEverywhere);
    }

    /**
     * The receipt of a deletion that was stored before, whenever that was.
     *
     * @throws StoreUnavailableException if the store can't tell any more which nodes have it in force
     * @throws IllegalStateException if the data plane did not confirm it
     */
    public Receipt absent() {
        return confirmed("there is no such thing in the store", publication::publishEverywhere);
    }

    /**
     * After a change that takes rights away and whose answer shows a credential: the answer goes out whatever becomes of the receipt, and before its
     * caller has given up.
     *
     * @return null if the change is stored, but it is not known which nodes have it in force
     */
    public @Nullable Receipt tightenedWithCredential() {
        CompletableFuture<Receipt> asked = CompletableFuture.supplyAsync(
                publication::publishEverywhere,
                asking -> Thread.ofVirtual().name("rotation-receipt").start(asking));
        try {
            return asked.get(longestWaitWithCredential.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("rotation is stored, but not known to be in force on every node", e);
            return null;
        }
    }

    private static Receipt confirmed(String what, Supplier<Receipt> publishing) {
        try {
            return publishing.get();
        } catch (StoreUnavailableException e) {
            throw new StoreUnavailableException(
                    what + ", but the store went away before every node could be asked whether it is in force;"
                            + " send the request again to be sure",
                    e);
        } catch (RuntimeException e) {
            throw new IllegalStateException(what + ", but the data plane did not confirm it", e);
        }
    }

    /** After {@link #tightened}, for a change that said so: how many requests under way it has ended on this node. */
    public int endedRequests(Subject subject, String id) {
        return publication.takeEndedRequests(subject, id);
    }

    /**
     * After a change that no data plane decides by: the store is asked each time, so it is in force for all nodes.
     *
     * @throws StoreUnavailableException if it is stored, but this node can't tell how far it is itself
     * @throws IllegalStateException if it is stored, but the data plane did not confirm it
     */
    public Receipt stored() {
        return confirmed(STORED, publication::publish);
    }

    /** {@link #stored} for a change whose answer shows a credential; null if it is stored, but this node can't tell how far it is. */
    public @Nullable Receipt storedWithCredential() {
        try {
            return publication.publish();
        } catch (RuntimeException e) {
            LOG.warn("rotation is stored, but its receipt is not known", e);
            return null;
        }
    }

    /** After a change that only gives rights. */
    public void widened() {
        try {
            publication.publish();
        } catch (RuntimeException e) {
            LOG.warn("access change will be published later", e);
        }
    }
}
