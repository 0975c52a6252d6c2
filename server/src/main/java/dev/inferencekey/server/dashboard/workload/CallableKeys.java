package dev.inferencekey.server.dashboard.workload;

import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.credential.Liveness;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.manager.key.ApiKeyService;
import dev.inferencekey.server.ports.store.KeyFilter;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.List;

/** The keys that can call a workload, whether it exists or not, and work now. Thread-safe. */
public final class CallableKeys {
    /** How many are listed. */
    static final int SHOWN = 50;

    private final ApiKeyService keys;

    CallableKeys(ApiKeyService keys) {
        this.keys = keys;
    }

    /**
     * What was found.
     *
     * @param keys newest first
     * @param more whether there are others
     */
    public record Found(List<IssuedApiKey> keys, boolean more) {}

    Found of(Project project, String workloadSlug) {
        Page<IssuedApiKey> found = keys.list(
                project, new KeyFilter(null, Liveness.ALIVE, workloadSlug, false), new PageRequest(SHOWN, null));
        return new Found(found.items(), found.next() != null);
    }
}
