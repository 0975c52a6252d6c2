package dev.inferencekey.server.ports.metrics;

import java.util.List;

/**
 * A figure with a name, for each combination of its labels' values.
 *
 * @param name as Prometheus has it: words joined by {@code _}, the base unit last ({@code _seconds}, {@code _bytes}), {@code _total} after that
 *     if it is a counter
 * @param help one sentence for people
 * @param labels the labels' names. Their values come from bounded sets, and never from a caller.
 */
public record Metric(String name, String help, Kind kind, List<String> labels, List<Point> points) {
    /** How the figure behaves. */
    public enum Kind {
        /** Only grows, and starts at 0 with the process. Points are {@link Value}s. */
        COUNTER,
        /** Goes up and down. Points are {@link Value}s. */
        GAUGE,
        /** Points are {@link Distribution}s. */
        HISTOGRAM,
        /** A count and a sum. Points are {@link Distribution}s without bounds. */
        SUMMARY
    }

    /** The figure for one combination of labels. */
    public sealed interface Point {
        /** In the order of {@link Metric#labels}. */
        List<String> labelValues();
    }

    /** One number. */
    public record Value(List<String> labelValues, double value) implements Point {
        public Value {
            labelValues = List.copyOf(labelValues);
        }
    }

    /**
     * How measurements spread.
     *
     * @param bounds inclusive upper bounds, ascending, without the infinite one
     * @param counts how many measurements fell between the bound before and this one; the last is for those above all bounds
     * @param sum of all measurements
     */
    public record Distribution(List<String> labelValues, List<Double> bounds, List<Long> counts, double sum)
            implements Point {
        public Distribution {
            labelValues = List.copyOf(labelValues);
            bounds = List.copyOf(bounds);
            counts = List.copyOf(counts);
            if (counts.size() != bounds.size() + 1) {
                throw new IllegalArgumentException("a distribution needs one count more than bounds");
            }
        }
    }

    public Metric {
        labels = List.copyOf(labels);
        points = List.copyOf(points);
        for (Point point : points) {
            if (point.labelValues().size() != labels.size()) {
                throw new IllegalArgumentException(name + " has " + labels.size() + " labels");
            }
        }
    }

    /** A whole number; exact below 2⁵³. */
    public static Value whole(List<String> labelValues, long value) {
        return new Value(labelValues, (double) value);
    }

    /** A counter without labels, of whole things. */
    public static Metric counter(String name, String help, long value) {
        return counter(name, help, (double) value);
    }

    /** A gauge without labels, of whole things. */
    public static Metric gauge(String name, String help, long value) {
        return gauge(name, help, (double) value);
    }

    /** A counter without labels. */
    public static Metric counter(String name, String help, double value) {
        return new Metric(name, help, Kind.COUNTER, List.of(), List.of(new Value(List.of(), value)));
    }

    /** A gauge without labels. */
    public static Metric gauge(String name, String help, double value) {
        return new Metric(name, help, Kind.GAUGE, List.of(), List.of(new Value(List.of(), value)));
    }
}
