package dev.inferencekey.bench.report;

import java.util.Arrays;
import java.util.List;

/**
 * What a few measurements of the same thing say.
 *
 * @param median of all rounds
 * @param lowest of all rounds
 * @param highest of all rounds
 */
public record Statistics(double median, double lowest, double highest) {
    /** @throws IllegalArgumentException if there are no values */
    public static Statistics of(List<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Statistics(median, sorted[0], sorted[sorted.length - 1]);
    }

    /** The smallest value that {@code percent} of all are not above; {@code values} may be in any order and is not changed. */
    public static long percentile(long[] values, double percent) {
        if (values.length == 0) {
            throw new IllegalArgumentException("nothing was measured");
        }
        long[] sorted = values.clone();
        Arrays.sort(sorted);
        int rank = (int) Math.ceil(percent / 100 * sorted.length);
        return sorted[Math.max(0, rank - 1)];
    }
}
