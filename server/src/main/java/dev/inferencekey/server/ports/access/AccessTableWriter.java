package dev.inferencekey.server.ports.access;

import java.util.function.Consumer;

/**
 * The data plane's in-memory state, as seen by those who keep it up to date. The data plane serves from it alone, so it goes on when
 * the control plane or the store is away.
 *
 * <p>Thread-safe; each method takes effect for the next request before it returns.
 */
public interface AccessTableWriter {
    /** {@link #admitUntil} for a node that need not ask anyone whether it may go on. */
    long ALWAYS = Long.MAX_VALUE;

    /**
     * Takes in a full snapshot as of this epoch: what it does not contain is forgotten. Until the first one has ended, no key is known.
     */
    void load(long epoch, Consumer<Snapshot> snapshot);

    /** Receives the rows of a snapshot. */
    interface Snapshot {
        void key(KeyEntry key);

        void endpoint(EndpointEntry endpoint);
    }

    /** Takes in all changes up to this epoch, together: a request sees every one of them or none. */
    void apply(long epoch, Consumer<Changes> changes);

    /** Receives what has changed. */
    interface Changes {
        void putKey(KeyEntry key);

        /** Forgets the key: it is unknown from now on. */
        void removeKey(String keyId);

        void putEndpoint(EndpointEntry endpoint);

        void removeEndpoint(String workloadId);
    }

    /** Says what serves the workload; of one that has no endpoint, nothing is kept. */
    void setBackends(String workloadId, Backends backends);

    /**
     * How many requests are under way at the replica, 0 if it is unknown. Also told of replicas that serve no longer, until their last
     * request has ended, so that one can be stopped without cutting an answer off.
     */
    int outstanding(String replicaId);

    /**
     * States whether changes can be read at the moment; true at first. While they can't, a key that is not known may be a new one: whoever
     * shows it is told to try again, and not that it is wrong.
     */
    void following(boolean follows);

    /**
     * States until when requests are admitted on what is known; {@link #ALWAYS} at first. Afterwards each is refused, until a later time is
     * stated: this node can no longer know what was revoked.
     *
     * @param tick monotonic nanoseconds, from the same origin as the gateway's
     */
    void admitUntil(long tick);

    /** The last epoch that was reached. */
    long epoch();
}
