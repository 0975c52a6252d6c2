package dev.inferencekey.server.background.access;

import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.access.KeyEntry;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An access table that can be looked into. Thread-safe. */
public final class RecordingTable implements AccessTableWriter {
    private boolean following = true;
    private final Map<String, KeyEntry> keys = new HashMap<>();
    private final Map<String, EndpointEntry> endpoints = new HashMap<>();
    private final Map<String, Backends> backends = new HashMap<>();
    private final Map<String, Integer> outstanding = new HashMap<>();
    private final List<Backends> published = new ArrayList<>();
    private long epoch = -1;
    private long admitUntil = ALWAYS;
    private int loads;
    private int batches;
    private boolean failing;

    @Override
    public synchronized void load(long atEpoch, Consumer<Snapshot> snapshot) {
        keys.clear();
        endpoints.clear();
        snapshot.accept(new Snapshot() {
            @Override
            public void key(KeyEntry key) {
                keys.put(key.keyId(), key);
            }

            @Override
            public void endpoint(EndpointEntry endpoint) {
                endpoints.put(endpoint.workloadId(), endpoint);
            }
        });
        epoch = atEpoch;
        loads++;
    }

    @Override
    public synchronized void apply(long atEpoch, Consumer<Changes> changes) {
        if (failing) {
            failing = false;
            throw new IllegalStateException("took half of it");
        }
        batches++;
        changes.accept(new Changes() {
            @Override
            public void putKey(KeyEntry key) {
                keys.put(key.keyId(), key);
            }

            @Override
            public void removeKey(String keyId) {
                keys.remove(keyId);
            }

            @Override
            public void putEndpoint(EndpointEntry endpoint) {
                endpoints.put(endpoint.workloadId(), endpoint);
            }

            @Override
            public void removeEndpoint(String workloadId) {
                endpoints.remove(workloadId);
            }
        });
        epoch = atEpoch;
    }

    @Override
    public synchronized void setBackends(String workloadId, Backends next) {
        backends.put(workloadId, next);
        published.add(next);
    }

    @Override
    public synchronized int outstanding(String replicaId) {
        return outstanding.getOrDefault(replicaId, 0);
    }

    public synchronized void setOutstanding(String replicaId, int requests) {
        outstanding.put(replicaId, requests);
    }

    @Override
    public synchronized void following(boolean follows) {
        following = follows;
    }

    public synchronized boolean isFollowing() {
        return following;
    }

    @Override
    public synchronized void admitUntil(long tick) {
        admitUntil = tick;
    }

    public synchronized long admitsUntil() {
        return admitUntil;
    }

    @Override
    public synchronized long epoch() {
        return epoch;
    }

    public synchronized @Nullable KeyEntry key(String keyId) {
        return keys.get(keyId);
    }

    public synchronized int keyCount() {
        return keys.size();
    }

    public synchronized @Nullable EndpointEntry endpoint(String workloadId) {
        return endpoints.get(workloadId);
    }

    public synchronized @Nullable Backends backends(String workloadId) {
        return backends.get(workloadId);
    }

    public synchronized List<ReplicaTarget> targets(String workloadId) {
        return backends.get(workloadId) instanceof Backends.Ready(var replicas) ? replicas : List.of();
    }

    public synchronized List<Backends> published() {
        return List.copyOf(published);
    }

    /** The next batch fails. */
    public synchronized void failOnce() {
        failing = true;
    }

    public synchronized int batches() {
        return batches;
    }

    public synchronized int loads() {
        return loads;
    }
}
