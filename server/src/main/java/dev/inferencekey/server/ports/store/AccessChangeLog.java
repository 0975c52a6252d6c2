package dev.inferencekey.server.ports.store;

import java.util.List;

/**
 * What changed for the data plane, in order. Whoever changes a key or a workload appends here in the same transaction; each node
 * reads on from the epoch that it has reached. Entries say what changed, not how: the reader loads the present state, so that
 * reading one twice or late is harmless.
 */
public interface AccessChangeLog {
    /** What an entry is about. */
    enum Subject {
        API_KEY,
        WORKLOAD
    }

    /** One entry; {@code epoch} grows with each and is never reused. */
    record Entry(long epoch, Subject subject, String id) {}

    /** Returns the entry's epoch. */
    long append(Subject subject, String id);

    /** The last epoch, 0 if nothing ever changed. */
    long lastEpoch();

    /** Entries after {@code epoch}, oldest first, at most {@code limit}. */
    List<Entry> after(long epoch, int limit);

    /** The oldest epoch still held, 0 if none is; a node that is further behind reads everything anew. */
    long oldestEpoch();

    /** Forgets all but the newest {@code keep} entries or so; 1 or more. */
    void trim(int keep);
}
