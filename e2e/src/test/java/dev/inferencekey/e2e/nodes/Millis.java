package dev.inferencekey.e2e.nodes;

import java.util.List;

/** Times, sorted. */
record Millis(List<Double> sorted) {
    Millis {
        sorted = sorted.stream().sorted().toList();
    }

    /** How long whole answers took. */
    static Millis of(List<Outcome> outcomes) {
        return new Millis(
                outcomes.stream().filter(Outcome::whole).map(Outcome::millis).toList());
    }

    /** The time that a share of all is not above, 0 to 1; NaN if there is none. */
    double quantile(double share) {
        return sorted.isEmpty() ? Double.NaN : sorted.get(Math.max(0, (int) Math.ceil(share * sorted.size()) - 1));
    }

    double most() {
        return sorted.isEmpty() ? Double.NaN : sorted.getLast();
    }

    @Override
    public String toString() {
        return "p50 " + Figure.number(quantile(0.5)) + ", p99 " + Figure.number(quantile(0.99)) + ", max "
                + Figure.number(most()) + " ms";
    }
}
