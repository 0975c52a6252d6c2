package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.ports.store.AccessChangeLog;
import java.util.List;

final class MemoryAccessChanges implements AccessChangeLog {
    private final MemorySession session;

    MemoryAccessChanges(MemorySession session) {
        this.session = session;
    }

    @Override
    public long append(Subject subject, String id) {
        MemoryState state = session.writing();
        long epoch = ++state.lastEpoch;
        state.changes.put(epoch, new Entry(epoch, subject, id));
        return epoch;
    }

    @Override
    public long lastEpoch() {
        return session.reading().lastEpoch;
    }

    @Override
    public List<Entry> after(long epoch, int limit) {
        return session.reading().changes.tailMap(epoch, false).values().stream()
                .limit(limit)
                .toList();
    }

    @Override
    public long oldestEpoch() {
        MemoryState state = session.reading();
        return state.changes.isEmpty() ? 0 : state.changes.firstKey();
    }

    @Override
    public void trim(int keep) {
        MemoryState state = session.writing();
        state.changes.headMap(state.lastEpoch - keep, true).clear();
    }
}
