package dev.inferencekey.server.background;

import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.access.KeyEntry;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The data plane's state as plain maps. Thread-safe. */
final class FakeAccessTable implements AccessTableWriter {
    final Map<String, KeyEntry> keys = new HashMap<>();
    final Map<String, EndpointEntry> endpoints = new HashMap<>();
    final Map<String, Integer> outstanding = new HashMap<>();
    final List<Backends> history = new CopyOnWriteArrayList<>();
    int loads;
    private final Map<String, Backends> backends = new HashMap<>();
    private long epoch;

    synchronized Backends backends(String workloadId) {
        Backends found = backends.get(workloadId);
        if (found == null) {
            throw new AssertionError("no backends were told for " + workloadId);
        }
        return found;
    }

    synchronized void setOutstanding(String replicaId, int count) {
        outstanding.put(replicaId, count);
    }

    @Override
    public synchronized void load(long at, Consumer<Snapshot> snapshot) {
        keys.clear();
        endpoints.clear();
        loads++;
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
        epoch = at;
    }

    @Override
    public synchronized void putKey(KeyEntry key) {
        keys.put(key.keyId(), key);
    }

    @Override
    public synchronized void removeKey(String keyId) {
        keys.remove(keyId);
    }

    @Override
    public synchronized void putEndpoint(EndpointEntry endpoint) {
        endpoints.put(endpoint.workloadId(), endpoint);
    }

    @Override
    public synchronized void removeEndpoint(String workloadId) {
        endpoints.remove(workloadId);
    }

    @Override
    public synchronized void setBackends(String workloadId, Backends told) {
        backends.put(workloadId, told);
        history.add(told);
    }

    @Override
    public synchronized int outstanding(String replicaId) {
        return outstanding.getOrDefault(replicaId, 0);
    }

    @Override
    public synchronized void reached(long at) {
        epoch = at;
    }

    @Override
    public synchronized long epoch() {
        return epoch;
    }
}
