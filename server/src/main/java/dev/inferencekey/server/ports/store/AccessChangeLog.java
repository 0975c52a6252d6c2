package dev.inferencekey.server.ports.store;

import java.util.List;
import java.util.Optional;

/**
 * What changed for the data plane, in order. Whoever changes what it must know appends here in the same transaction; each node
 * reads on from the position that it has reached. Entries say what changed, not how: the reader loads the present state, so that
 * reading one twice or late is harmless.
 *
 * <p>The order is that in which transactions become visible: whoever sees an entry sees all before it, now or never.
 */
public interface AccessChangeLog {
    /**
     * What an entry is about. A further kind of fact takes a constant here, and a case in {@code background.access.AccessFacts}, which loads it
     * when it has changed.
     */
    enum Subject {
        API_KEY,
        WORKLOAD,
        /** What there is of a workload's replicas, by the workload's id; or what decisions on it go by, such as a secret that it refers to. */
        REPLICA
    }

    /**
     * A place in the log: the entry with this epoch and this mark, and all before it. Opaque but for the epoch, which people are shown.
     *
     * @param epoch grows with each entry; a store that lost its last ones may give it again
     * @param mark chosen by chance for the very entry, so that one that was lost is not mistaken for the one in its place
     */
    record Position(long epoch, String mark) {
        /** Before the first entry. */
        public static final Position START = new Position(0, "");
    }

    /**
     * One entry.
     *
     * @param endsRequests whether the requests under way that go by what changed are to end, too
     */
    record Entry(Position position, Subject subject, String id, boolean endsRequests) {}

    /** Appends, and holds every other transaction that does so back until this one has ended. */
    default void append(Subject subject, String id) {
        append(subject, id, false);
    }

    /** {@link #append} that also says whether the requests under way that go by what changed are to end. */
    void append(Subject subject, String id, boolean endsRequests);

    /** The newest entry's position. */
    Position last();

    /**
     * What came after, oldest first.
     *
     * @return empty if the log can't tell, and everything has to be read: the position's entry is not in it (any more), or more than
     *     {@code limit} came after it
     */
    Optional<List<Entry>> after(Position position, int limit);

    /** Forgets all but the newest {@code keep} entries, at least one. */
    void trim(int keep);
}
