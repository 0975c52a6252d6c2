package dev.inferencekey.server.domain.price;

import dev.inferencekey.server.domain.inference.UsageRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The prices of some projects over some time: tells what requests of that time cost. Immutable and thread-safe. */
public final class PriceBook {
    /** Where nothing has a price. */
    public static final PriceBook EMPTY = new PriceBook(Map.of());

    private record Place(String projectSlug, String workloadSlug) {}

    private final Map<Place, List<PricePeriod>> periods;

    private PriceBook(Map<Place, List<PricePeriod>> periods) {
        this.periods = periods;
    }

    /** The book of these prices, by project slug. Periods of one workload do not overlap. */
    public static PriceBook of(Map<String, List<PricePeriod>> byProject) {
        Map<Place, List<PricePeriod>> periods = new HashMap<>();
        byProject.forEach((project, ofProject) -> ofProject.forEach(period -> periods.merge(
                new Place(project, period.workloadSlug()),
                List.of(period),
                (some, more) -> Stream.concat(some.stream(), more.stream()).toList())));
        return periods.isEmpty() ? EMPTY : new PriceBook(periods);
    }

    /** The record with what it costs, by the price that held at its time; itself if there was none, or no tokens were reported. */
    public UsageRecord priced(UsageRecord usage) {
        Long cost = cost(usage);
        return cost == null ? usage : usage.withCost(cost);
    }

    private @Nullable Long cost(UsageRecord usage) {
        if (periods.isEmpty() || (usage.inputTokens() == null && usage.outputTokens() == null)) {
            return null;
        }
        for (PricePeriod period :
                periods.getOrDefault(new Place(usage.projectSlug(), usage.workloadSlug()), List.of())) {
            if (period.covers(usage.at())) {
                return period.price()
                        .cost(orZero(usage.inputTokens()), orZero(usage.cachedTokens()), orZero(usage.outputTokens()));
            }
        }
        return null;
    }

    private static long orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }
}
