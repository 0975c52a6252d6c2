package dev.inferencekey.server.ports.usage;

import dev.inferencekey.server.domain.inference.UsageRecord;
import java.util.List;

/**
 * Where usage records wait, in the order in which they came, until the store has them. What was appended outlives the process,
 * however that ends.
 *
 * <p>Appending is thread-safe. Reading is for one thread at a time: it takes the oldest records, puts them into the store and then
 * releases them. A process that dies between the two finds them again, so the store must skip a record that it knows.
 */
public interface UsageJournal {
    /**
     * Appends. Called on event loops: returns at once, never blocks and never throws. When it returns true, the record survives the
     * end of this process.
     *
     * @return false if there is no room; the record is then not kept
     */
    boolean append(UsageRecord usage);

    /**
     * Whether there is room for more than a few records. It turns false while there still is some, so that requests that are already
     * under way find room when they end. Cheap enough to ask for every request.
     */
    boolean roomLeft();

    /** How many bytes of records wait, some of which may be none any more. Cheap. */
    long waitingBytes();

    /** At most {@code max} records, the oldest first: the same ones again until they are released. Empty if none waits. */
    List<UsageRecord> oldest(int max);

    /** The records that {@link #oldest} returned last are safe elsewhere and need not be kept any longer. */
    void release();
}
