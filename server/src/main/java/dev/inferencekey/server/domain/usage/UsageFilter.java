package dev.inferencekey.server.domain.usage;

import dev.inferencekey.server.domain.inference.UsageRecord;
import org.jspecify.annotations.Nullable;

/**
 * Which requests count: those that fit everything that is not null.
 *
 * @param workload the slug
 * @param key the key's id
 * @param model what the backend serves
 */
public record UsageFilter(
        @Nullable String workload,
        @Nullable String key,
        @Nullable String model,
        @Nullable StatusRange status) {
    /** Every request. */
    public static final UsageFilter ALL = new UsageFilter(null, null, null, null);

    public boolean covers(UsageRecord usage) {
        return (workload == null || workload.equals(usage.workloadSlug()))
                && (key == null || key.equals(usage.keyId()))
                && (model == null || model.equals(usage.model()))
                && (status == null || status.covers(Outcome.of(usage)));
    }
}
