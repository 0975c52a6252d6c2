package dev.inferencekey.server.domain.usage;

import java.util.List;

/** What occurs in the usage of a time, each sorted: what a filter can be set to. */
public record UsageValues(List<String> workloads, List<String> keys, List<String> models, List<Integer> statuses) {
    public UsageValues {
        workloads = List.copyOf(workloads);
        keys = List.copyOf(keys);
        models = List.copyOf(models);
        statuses = List.copyOf(statuses);
    }
}
