package dev.inferencekey.server.journal;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.usage.UsageJournal;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** A journal that forgets everything when it goes, with room for as many records as it is told. Passes the same suite as the real
 * one. Thread-safe. */
public final class InMemoryJournal implements UsageJournal {
    private final Deque<UsageRecord> records = new ArrayDeque<>();
    private int room = Integer.MAX_VALUE;
    private int inHand;

    /** From now on it holds no more than this. */
    public synchronized void roomFor(int records) {
        room = records;
    }

    public synchronized int size() {
        return records.size();
    }

    @Override
    public synchronized boolean append(UsageRecord usage) {
        if (records.size() >= room) {
            return false;
        }
        return records.add(usage);
    }

    @Override
    public synchronized boolean roomLeft() {
        return records.size() < room;
    }

    /** One a record. */
    @Override
    public synchronized long waitingBytes() {
        return records.size();
    }

    @Override
    public synchronized List<UsageRecord> oldest(int max) {
        List<UsageRecord> found = records.stream().limit(max).toList();
        inHand = found.size();
        return found;
    }

    @Override
    public synchronized void release() {
        for (; inHand > 0; inHand--) {
            records.remove();
        }
    }
}
