package dev.inferencekey.server.gateway;

import dev.inferencekey.server.ports.access.AccessTableWriter;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.access.KeyEntry;

/** Puts each change into a table as a batch of its own. */
record SingleChanges(AccessTableWriter table) implements AccessTableWriter.Changes {
    @Override
    public void putKey(KeyEntry key) {
        table.apply(table.epoch() + 1, changes -> changes.putKey(key));
    }

    @Override
    public void removeKey(String keyId) {
        table.apply(table.epoch() + 1, changes -> changes.removeKey(keyId));
    }

    @Override
    public void putEndpoint(EndpointEntry endpoint) {
        table.apply(table.epoch() + 1, changes -> changes.putEndpoint(endpoint));
    }

    @Override
    public void removeEndpoint(String workloadId) {
        table.apply(table.epoch() + 1, changes -> changes.removeEndpoint(workloadId));
    }
}
