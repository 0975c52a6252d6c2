package dev.inferencekey.bench.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Every value that was measured, by figure, contender and round. Not thread-safe. */
public final class Scoreboard {
    private final Map<Figure, Map<String, TreeMap<Integer, Double>>> values = new EnumMap<>(Figure.class);

    /** Keeps the value; a second one of the same round replaces it. */
    public void put(Figure figure, String contender, int round, double value) {
        values.computeIfAbsent(figure, _ -> new LinkedHashMap<>())
                .computeIfAbsent(contender, _ -> new TreeMap<>())
                .put(round, value);
    }

    /** The same as {@link #put}, on top of what is there. */
    public void add(Figure figure, String contender, int round, double value) {
        put(figure, contender, round, value + of(figure, contender).getOrDefault(round, 0.0));
    }

    /** By round. */
    public Map<Integer, Double> of(Figure figure, String contender) {
        return values.getOrDefault(figure, Map.of()).getOrDefault(contender, new TreeMap<>());
    }

    public List<String> contenders(Figure figure) {
        return List.copyOf(values.getOrDefault(figure, Map.of()).keySet());
    }

    public Optional<Statistics> statistics(Figure figure, String contender) {
        return statistics(List.copyOf(of(figure, contender).values()));
    }

    /** The value over that of {@code base}, round by round. */
    public Optional<Statistics> ratio(Figure figure, String contender, String base) {
        return ratio(of(figure, contender), of(figure, base));
    }

    /** Over what both measured in the same round. */
    public static Optional<Statistics> ratio(Map<Integer, Double> values, Map<Integer, Double> base) {
        List<Double> ratios = new ArrayList<>();
        values.forEach((round, value) -> {
            Double divisor = base.get(round);
            if (divisor != null && divisor > 0) {
                ratios.add(value / divisor);
            }
        });
        return statistics(ratios);
    }

    /** What a contender adds to {@code base}, by round. */
    public Map<Integer, Double> added(Figure figure, String contender, String base) {
        Map<Integer, Double> added = new TreeMap<>();
        Map<Integer, Double> without = of(figure, base);
        of(figure, contender).forEach((round, value) -> {
            Double least = without.get(round);
            if (least != null) {
                added.put(round, value - least);
            }
        });
        return added;
    }

    private static Optional<Statistics> statistics(List<Double> list) {
        return list.isEmpty() ? Optional.empty() : Optional.of(Statistics.of(list));
    }
}
