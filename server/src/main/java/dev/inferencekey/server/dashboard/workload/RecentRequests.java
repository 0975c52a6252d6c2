package dev.inferencekey.server.dashboard.workload;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.usage.StatusRange;
import dev.inferencekey.server.domain.usage.UsageDimension;
import dev.inferencekey.server.domain.usage.UsageFilter;
import dev.inferencekey.server.domain.usage.UsageGroup;
import dev.inferencekey.server.domain.usage.UsageQuery;
import dev.inferencekey.server.domain.usage.UsageReport;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.usage.UsageService;
import dev.inferencekey.server.ports.store.PageRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** Who called a workload lately, and what went wrong: in the last day. Thread-safe. */
public final class RecentRequests {
    private static final Duration SPAN = Duration.ofDays(1);
    private static final int SHOWN = 10;

    private final UsageService usage;
    private final Clock clock;

    RecentRequests(UsageService usage, Clock clock) {
        this.usage = usage;
        this.clock = clock;
    }

    /**
     * What was found.
     *
     * @param newest of all, newest first
     * @param errors those that were answered with an error, newest first
     * @param callers by key, the busiest first
     */
    public record Found(List<UsageRecord> newest, List<UsageRecord> errors, List<KeyUse> callers) {}

    /** How often a key called. */
    public record KeyUse(String keyId, long requests) {}

    Found of(Workload workload) {
        Instant to = clock.now().plusMillis(1);
        Instant from = to.minus(SPAN);
        String project = workload.projectSlug();
        UsageFilter all = new UsageFilter(workload.slug(), null, null, null);
        UsageFilter failed = new UsageFilter(workload.slug(), null, null, StatusRange.FAILED);
        PageRequest page = new PageRequest(SHOWN, null);
        UsageReport byKey = usage.breakdown(project, new UsageQuery(from, to, all, UsageDimension.KEY, SHOWN));
        return new Found(
                usage.records(project, all, from, to, page).items(),
                usage.records(project, failed, from, to, page).items(),
                byKey.lines().stream()
                        .flatMap(line -> line.group() instanceof UsageGroup.Value key
                                ? Stream.of(new KeyUse(key.text(), line.total().requests()))
                                : Stream.of())
                        .toList());
    }
}
