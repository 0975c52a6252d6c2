package dev.inferencekey.server.domain.usage;

import java.util.List;

/**
 * One line of a report.
 *
 * @param total all times together
 * @param buckets one for each of {@link UsageReport#starts}
 */
public record UsageLine(UsageGroup group, UsageFigures total, List<UsageFigures> buckets) {
    public UsageLine {
        buckets = List.copyOf(buckets);
    }
}
