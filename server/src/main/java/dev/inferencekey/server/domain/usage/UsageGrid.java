package dev.inferencekey.server.domain.usage;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A report while it is being filled: sums by line and bucket. Used by one thread. */
public final class UsageGrid {
    private static final UsageGroup OTHERS = new UsageGroup.Others();

    private final UsagePlan plan;
    private final List<Instant> starts;
    private final Map<UsageGroup, @Nullable UsageSum[]> lines = new LinkedHashMap<>();
    private final long firstStart;
    private final long width;

    /**
     * Makes the empty report.
     *
     * @param requests how many requests each group has, which says who gets a line
     * @param top how many groups get one
     */
    public UsageGrid(UsagePlan plan, Map<UsageGroup, Long> requests, int top) {
        this.plan = plan;
        this.starts = plan.starts();
        this.firstStart = starts.isEmpty() ? 0 : starts.getFirst().getEpochSecond();
        this.width = plan.width().toSeconds();
        requests.entrySet().stream()
                .sorted(Map.Entry.<UsageGroup, Long>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.comparing(UsageGroup::toString))))
                .limit(top)
                .forEach(group -> lines.put(group.getKey(), row()));
        if (requests.size() > top) {
            lines.put(OTHERS, row());
        }
    }

    /** The empty report of one line for everything. */
    public static UsageGrid ofOneLine(UsagePlan plan) {
        return new UsageGrid(plan, Map.of(new UsageGroup.All(), 0L), 1);
    }

    private @Nullable UsageSum[] row() {
        return new @Nullable UsageSum[Math.max(1, starts.size())];
    }

    /** The sums of the line that tells of this group. */
    public Line line(UsageGroup group) {
        @Nullable UsageSum[] sums = lines.get(group);
        if (sums == null) {
            sums = lines.get(OTHERS);
        }
        if (sums == null) {
            throw new IllegalStateException("the group was not counted before");
        }
        return new Line(sums);
    }

    /** The sums of one line. */
    public final class Line {
        private final @Nullable UsageSum[] sums;

        private Line(@Nullable UsageSum[] sums) {
            this.sums = sums;
        }

        /** Where to add what happened at this time, in seconds since 1970. */
        public UsageSum at(long second) {
            int bucket = width == 0 ? 0 : (int) ((second - firstStart) / width);
            UsageSum sum = sums[bucket];
            if (sum == null) {
                sum = new UsageSum();
                sums[bucket] = sum;
            }
            return sum;
        }
    }

    public UsageReport report() {
        List<UsageLine> told = new ArrayList<>();
        lines.forEach((group, sums) -> {
            UsageSum total = new UsageSum();
            List<UsageFigures> buckets = new ArrayList<>(sums.length);
            for (UsageSum sum : sums) {
                buckets.add(sum == null ? UsageFigures.NONE : sum.figures());
                if (sum != null) {
                    total.addAll(sum);
                }
            }
            told.add(new UsageLine(group, total.figures(), width == 0 ? List.of() : buckets));
        });
        return new UsageReport(plan.from(), plan.to(), plan.width(), starts, told);
    }
}
