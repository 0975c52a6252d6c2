package dev.inferencekey.server.manager.service;

import dev.inferencekey.server.ports.access.AccessPublication;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings committed changes of access to the data plane. Thread-safe.
 *
 * <p>What takes rights away must be in force before the caller hears of it, so its failure is the request's failure. What gives rights
 * may come a moment later: its failure must not lose an answer that shows a credential once.
 */
public final class Publisher {
    private static final Logger LOG = LoggerFactory.getLogger(Publisher.class);

    private final AccessPublication publication;

    public Publisher(AccessPublication publication) {
        this.publication = publication;
    }

    /**
     * After a change that takes rights away.
     *
     * @throws StoreUnavailableException if it is stored, but the store can't tell any more which nodes have it in force
     * @throws IllegalStateException if it is stored, but the data plane did not confirm it
     */
    public AccessPublication.Receipt tightened() {
        try {
            return publication.publishEverywhere();
        } catch (StoreUnavailableException e) {
            throw new StoreUnavailableException(
                    "the change is stored, but the store went away before every node could be asked whether it is in force;"
                            + " send the request again to be sure",
                    e);
        } catch (RuntimeException e) {
            throw new IllegalStateException("the change is stored, but the data plane did not confirm it", e);
        }
    }

    /** After {@link #tightened}, for a change that said so: how many requests under way it has ended on this node. */
    public int endedRequests(Subject subject, String id) {
        return publication.takeEndedRequests(subject, id);
    }

    /** After a change that no data plane decides by: the store is asked each time, so it is in force for all nodes. */
    public AccessPublication.Receipt stored() {
        return publication.publish();
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
