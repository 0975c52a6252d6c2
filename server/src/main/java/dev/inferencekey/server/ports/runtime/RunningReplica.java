package dev.inferencekey.server.ports.runtime;

import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How one replica of a workload stands, for people.
 *
 * @param id {@code rep_…}
 * @param worker the name of the node that it is on
 * @param message one sentence, empty if there is nothing to say
 * @param outdated whether it was started for an earlier declaration, and goes once its successors are ready
 * @param readySince null until it can be called
 * @param requests how many this node knows it to be answering now: all of them if it is on this node, else those that came here
 */
public record RunningReplica(
        String id,
        String worker,
        State state,
        String message,
        boolean outdated,
        Instant startedAt,
        @Nullable Instant readySince,
        long requests) {
    /** Draining: gets no new requests, and is stopped when those under way have ended. */
    public enum State {
        STARTING,
        READY,
        FAILED,
        DRAINING;

        public String wire() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
