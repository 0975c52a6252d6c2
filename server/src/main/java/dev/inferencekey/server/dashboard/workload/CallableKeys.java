package dev.inferencekey.server.dashboard.workload;

import dev.inferencekey.server.domain.credential.IssuedApiKey;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.manager.key.ApiKeyService;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.service.Lifetime;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import java.util.List;

/** The keys that can call a workload, whether it exists or not: out of the project's newest keys. Thread-safe. */
public final class CallableKeys {
    /** How many of the project's keys are looked at. */
    static final int LOOKED_AT = 500;

    /** How many are listed. */
    static final int SHOWN = 50;

    private final ApiKeyService keys;
    private final Clock clock;

    CallableKeys(ApiKeyService keys, Clock clock) {
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * What was found.
     *
     * @param keys newest first; those that work now
     * @param more whether there may be others
     */
    public record Found(List<IssuedApiKey> keys, boolean more) {}

    Found of(Project project, String workloadSlug) {
        Page<IssuedApiKey> newest = keys.list(project, new PageRequest(LOOKED_AT, null));
        List<IssuedApiKey> callable = newest.items().stream()
                .filter(key -> key.grants().covers(workloadSlug) && works(key))
                .toList();
        return new Found(callable.stream().limit(SHOWN).toList(), newest.next() != null || callable.size() > SHOWN);
    }

    private boolean works(IssuedApiKey key) {
        return Lifetime.shownState(key.state(), key.expiresAt(), clock.now()).equals("active");
    }
}
