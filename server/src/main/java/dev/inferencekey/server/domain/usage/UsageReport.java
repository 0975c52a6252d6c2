package dev.inferencekey.server.domain.usage;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Usage over a time.
 *
 * @param from included; where single requests are kept no longer, the full hour before what was asked for
 * @param to excluded; where single requests are kept no longer, the full hour after what was asked for
 * @param width of each bucket; zero if the report has none
 * @param starts of the buckets, in UTC on full multiples of the width; the first may begin before {@code from}, which it then tells of
 *     from there on
 * @param lines most requests first; all others last
 */
public record UsageReport(Instant from, Instant to, Duration width, List<Instant> starts, List<UsageLine> lines) {
    public UsageReport {
        starts = List.copyOf(starts);
        lines = List.copyOf(lines);
    }
}
