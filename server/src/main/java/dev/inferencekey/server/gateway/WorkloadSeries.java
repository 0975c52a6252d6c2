package dev.inferencekey.server.gateway;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/**
 * Which workloads are counted on their own: the first ones that are used, up to a bound; the others share one set of numbers. A workload
 * that has gone keeps its series until another needs the place; then its numbers go to the shared ones, so that no total ever sinks.
 *
 * <p>Thread-safe. A workload's counters hang on its {@link Endpoint}, so that counting looks nothing up.
 */
final class WorkloadSeries {
    private final int most;
    private final int loops;
    private final WorkloadCounters others;

    // Guarded by this.
    private final List<Series> all = new ArrayList<>();
    private final long[] ofTheGone = new long[WorkloadCounters.COUNT];

    /** A workload with numbers of its own. */
    record Series(Endpoint endpoint, WorkloadCounters counters) {}

    /** @param loops how many event loops count */
    WorkloadSeries(int most, int loops) {
        this.most = most;
        this.loops = loops;
        this.others = new WorkloadCounters(loops);
    }

    /** Where to count what happens at the endpoint. */
    WorkloadCounters of(Endpoint endpoint) {
        WorkloadCounters known = endpoint.counters();
        return known == null ? give(endpoint) : known;
    }

    private synchronized WorkloadCounters give(Endpoint endpoint) {
        WorkloadCounters known = endpoint.counters();
        if (known != null) {
            return known;
        }
        if (all.size() >= most) {
            forgetOneThatHasGone();
        }
        WorkloadCounters given = others;
        if (all.size() < most) {
            given = new WorkloadCounters(loops);
            all.add(new Series(endpoint, given));
        }
        endpoint.setCounters(given);
        return given;
    }

    private void forgetOneThatHasGone() {
        for (Iterator<Series> each = all.iterator(); each.hasNext(); ) {
            Series series = each.next();
            if (series.endpoint().removed()) {
                each.remove();
                // From here on its last requests count among the others.
                series.endpoint().setCounters(others);
                series.counters().addTo(ofTheGone);
                return;
            }
        }
    }

    synchronized List<Series> all() {
        return List.copyOf(all);
    }

    /** The numbers of all workloads without a series. */
    synchronized long[] others() {
        long[] sums = ofTheGone.clone();
        others.addTo(sums);
        return sums;
    }
}
