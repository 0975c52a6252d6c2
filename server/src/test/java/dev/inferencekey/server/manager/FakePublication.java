package dev.inferencekey.server.manager;

import dev.inferencekey.server.ports.access.AccessPublication;
import dev.inferencekey.server.ports.store.AccessChangeLog.Entry;
import dev.inferencekey.server.ports.store.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Publishes to nobody and remembers what there was to publish. */
public final class FakePublication implements AccessPublication {
    private final Store store;
    private final List<Entry> published = new ArrayList<>();
    private long epoch;
    volatile boolean failing;

    public FakePublication(Store store) {
        this.store = store;
    }

    @Override
    public synchronized Receipt publish() {
        if (failing) {
            throw new IllegalStateException("the data plane is out of reach");
        }
        List<Entry> news = store.read(session -> session.accessChanges().after(epoch, Integer.MAX_VALUE));
        published.addAll(news);
        epoch = store.read(session -> session.accessChanges().lastEpoch());
        return new Receipt(epoch, List.of(new NodeEpoch("node_1", epoch)), Duration.ofMillis(3));
    }

    synchronized boolean has(String id) {
        return published.stream().anyMatch(entry -> entry.id().equals(id));
    }

    /** What was published since this was asked last. */
    synchronized List<String> takeIds() {
        List<String> ids = published.stream().map(Entry::id).toList();
        published.clear();
        return ids;
    }
}
