package dev.inferencekey.server.dashboard.usage;

import dev.inferencekey.server.dashboard.page.Texts;
import dev.inferencekey.server.domain.usage.Percentiles;
import dev.inferencekey.server.domain.usage.UsageFigures;
import dev.inferencekey.server.domain.usage.UsageReport;
import dev.inferencekey.server.manager.http.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A picture of figures over time, as the page's script draws it; the same figures stand in a table for everybody else.
 *
 * @param title what it shows
 * @param unit {@code count}, {@code micros} or {@code dollars}, the last in nano-USD
 * @param stacked bars, one on the other; otherwise lines
 * @param starts of the buckets
 */
public record Chart(String title, String unit, boolean stacked, List<Instant> starts, List<Series> series) {
    /**
     * One line or one part of the bars.
     *
     * @param tone which colour: {@code good}, {@code bad}, {@code control}, {@code data}, {@code warn}
     * @param values one for each bucket, null for none
     */
    public record Series(String label, String tone, List<@Nullable Long> values) {}

    static List<Chart> of(UsageReport report) {
        List<UsageFigures> buckets = report.lines().getFirst().buckets();
        List<Instant> starts = report.starts();
        Chart requests = new Chart(
                "Requests",
                "count",
                true,
                starts,
                List.of(
                        counts("served", "good", buckets, figures -> figures.requests() - figures.failed()),
                        counts("failed", "bad", buckets, UsageFigures::failed)));
        Chart tokens = new Chart(
                "Tokens",
                "count",
                true,
                starts,
                List.of(
                        counts("input", "control", buckets, UsageFigures::inputTokens),
                        counts("output", "data", buckets, UsageFigures::outputTokens)));
        List<Chart> charts = new ArrayList<>(List.of(requests, tokens));
        if (report.lines().getFirst().total().costNanoUsd() > 0) {
            charts.add(new Chart(
                    "Spend",
                    "dollars",
                    true,
                    starts,
                    List.of(counts("US dollars", "data", buckets, UsageFigures::costNanoUsd))));
        }
        charts.add(latency("Time to the whole answer", starts, buckets, UsageFigures::duration));
        charts.add(latency("Time to the first token", starts, buckets, UsageFigures::firstByte));
        return charts;
    }

    /** What the script reads. */
    public String json() {
        return Json.text(Json.object(
                "unit",
                unit,
                "stacked",
                stacked,
                "starts",
                starts.stream().map(Instant::getEpochSecond).toList(),
                "series",
                series.stream()
                        .map(line -> Json.object("label", line.label(), "tone", line.tone(), "values", line.values()))
                        .toList()));
    }

    /** Whether anything happened in this bucket. */
    public boolean hasRow(int bucket) {
        return series.stream().map(line -> line.values().get(bucket)).anyMatch(value -> value != null && value != 0);
    }

    /** A value of the table. */
    public String text(Series line, int bucket) {
        Long value = line.values().get(bucket);
        if (value == null) {
            return "–";
        }
        return switch (unit) {
            case "micros" -> Texts.micros(value);
            case "dollars" -> Texts.dollars(value);
            default -> Texts.number(value);
        };
    }

    private static Series counts(
            String label, String tone, List<UsageFigures> buckets, ToLongFunction<UsageFigures> figure) {
        return new Series(
                label,
                tone,
                buckets.stream().map(bucket -> figure.applyAsLong(bucket)).toList());
    }

    private static Chart latency(
            String title,
            List<Instant> starts,
            List<UsageFigures> buckets,
            Function<UsageFigures, @Nullable Percentiles> times) {
        return new Chart(
                title,
                "micros",
                false,
                starts,
                List.of(
                        percentile("p50", "good", buckets, times, Percentiles::p50),
                        percentile("p95", "warn", buckets, times, Percentiles::p95),
                        percentile("p99", "bad", buckets, times, Percentiles::p99)));
    }

    private static Series percentile(
            String label,
            String tone,
            List<UsageFigures> buckets,
            Function<UsageFigures, @Nullable Percentiles> times,
            ToLongFunction<Percentiles> which) {
        @Nullable Long[] values = new @Nullable Long[buckets.size()];
        for (int i = 0; i < values.length; i++) {
            Percentiles of = times.apply(buckets.get(i));
            values[i] = of == null ? null : (Long) which.applyAsLong(of);
        }
        return new Series(label, tone, new ArrayList<>(Arrays.asList(values)));
    }
}
