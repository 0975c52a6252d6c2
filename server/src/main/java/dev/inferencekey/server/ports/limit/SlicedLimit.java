package dev.inferencekey.server.ports.limit;

import dev.inferencekey.server.domain.limit.LimitCounts;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.limit.SharedLimit;
import dev.inferencekey.server.domain.limit.Shortage;
import java.util.Map;

/**
 * The limits of one key or one workload, as the data plane of this node counts them. Thread-safe. Times are monotonic nanoseconds, from
 * the origin that the data plane measures by.
 */
public interface SlicedLimit {
    /** The id of the key or the workload. */
    String subject();

    Limits limits();

    /** Whether somebody waits for more. */
    boolean waitedFor();

    /** Whether there is less here than is needed, or about to be. */
    boolean wanting(long now);

    /** What its slices should come down to, since they have been larger than needed for a while; to be asked now and then. */
    Map<Shortage.Kind, Long> idle(long now);

    /**
     * Lowers its slices and says what the store is to be told.
     *
     * @param most what the slices should come down to, nothing more is admitted beyond that; what is absent is kept, and more is asked for
     */
    LimitCounts.Asked ask(long now, Map<Shortage.Kind, Long> most);

    /** Takes the answer in; whoever waits looks again. */
    void replied(long now, LimitCounts.Asked asked, SharedLimit.Reply reply);

    /** How this node stands with the others has changed: whoever waits looks again. */
    void look();
}
