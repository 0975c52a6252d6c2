package dev.inferencekey.server.manager.service;

import dev.inferencekey.server.ports.access.AccessPublication;
import dev.inferencekey.server.ports.access.OpenRequests;
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
    private final OpenRequests requests;

    public Publisher(AccessPublication publication, OpenRequests requests) {
        this.publication = publication;
        this.requests = requests;
    }

    /**
     * After a change that takes rights away.
     *
     * @throws IllegalStateException if it is stored, but the data plane did not confirm it
     */
    public AccessPublication.Receipt tightened() {
        try {
            return publication.publish();
        } catch (RuntimeException e) {
            throw new IllegalStateException("the change is stored, but the data plane did not confirm it", e);
        }
    }

    /** After {@link #tightened}: ends the requests under way that would not be let in any more, and says how many there were. */
    public int endRequests(OpenRequests.Which which) {
        return requests.end(which);
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
