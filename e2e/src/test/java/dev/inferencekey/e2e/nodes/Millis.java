package dev.inferencekey.e2e.nodes;

import java.util.Arrays;
import java.util.List;

/** Times, sorted. */
record Millis(double[] sorted) {
    Millis {
        sorted = sorted.clone();
        Arrays.sort(sorted);
    }

    /** How long whole answers took. */
    static Millis of(List<Outcome> outcomes) {
        return new Millis(outcomes.stream()
                .filter(Outcome::whole)
                .mapToDouble(Outcome::millis)
                .toArray());
    }

    /** The time that a share of all is not above, 0 to 1; NaN if there is none. */
    double quantile(double share) {
        return sorted.length == 0
                ? Double.NaN
                : sorted[Math.min(sorted.length - 1, (int) Math.ceil(share * sorted.length))];
    }

    double most() {
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length - 1];
    }

    @Override
    public String toString() {
        return "p50 " + Figure.number(quantile(0.5)) + ", p99 " + Figure.number(quantile(0.99)) + ", max "
                + Figure.number(most()) + " ms";
    }
}
