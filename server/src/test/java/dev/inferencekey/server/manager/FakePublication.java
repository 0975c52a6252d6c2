package dev.inferencekey.server.manager;

import dev.inferencekey.server.domain.node.NodeReceipt;
import dev.inferencekey.server.ports.access.AccessPublication;
import dev.inferencekey.server.ports.store.AccessChangeLog.Entry;
import dev.inferencekey.server.ports.store.AccessChangeLog.Position;
import dev.inferencekey.server.ports.store.AccessChangeLog.Subject;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Publishes to nobody and remembers what there was to publish. */
public final class FakePublication implements AccessPublication {
    static final Instant AT = Instant.parse("2026-06-15T12:00:00Z");

    private final Store store;
    private final List<String> ended = new ArrayList<>();
    private final Set<String> untaken = new HashSet<>();
    private final List<Entry> published = new ArrayList<>();
    private Position position;
    volatile boolean failing;
    volatile boolean away;

    public FakePublication(Store store) {
        this.store = store;
        // What comes after it can be read on from there.
        position = store.write(session -> {
            session.accessChanges().append(Subject.API_KEY, "key_0");
            return session.accessChanges().last();
        });
    }

    @Override
    public synchronized Receipt publish() {
        if (away) {
            throw new StoreUnavailableException("no connection", new IOException("reset"));
        }
        if (failing) {
            throw new IllegalStateException("the data plane is out of reach");
        }
        List<Entry> news = store.read(
                session -> session.accessChanges().after(position, 1_000_000).orElseThrow());
        published.addAll(news);
        news.stream().filter(Entry::endsRequests).map(Entry::id).forEach(id -> {
            ended.add(id);
            untaken.add(id);
        });
        position = store.read(session -> session.accessChanges().last());
        return new Receipt(
                position.epoch(),
                List.of(new NodeReceipt("node_1", "a", position.epoch(), NodeReceipt.State.ACKNOWLEDGED, AT, null)),
                Duration.ofMillis(3));
    }

    @Override
    public Receipt publishEverywhere() {
        return publish();
    }

    @Override
    public synchronized int takeEndedRequests(Subject subject, String id) {
        return untaken.remove(id) ? 3 : 0;
    }

    /** Whose requests were ended, three each. */
    synchronized List<String> ended() {
        return List.copyOf(ended);
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
