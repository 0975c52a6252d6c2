package dev.inferencekey.server.admin;

import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.metrics.MetricSource;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.ClassicHistogramBuckets;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.GaugeSnapshot;
import io.prometheus.metrics.model.snapshots.HistogramSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.prometheus.metrics.model.snapshots.MetricSnapshot;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import io.prometheus.metrics.model.snapshots.SummarySnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** All figures in Prometheus's text format. Thread-safe. */
final class PrometheusText {
    static final String CONTENT_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

    private static final String TOTAL = "_total";

    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    private final List<MetricSource> sources;

    PrometheusText(List<MetricSource> sources) {
        this.sources = List.copyOf(sources);
    }

    byte[] scrape() {
        List<MetricSnapshot> snapshots = new ArrayList<>();
        for (MetricSource source : sources) {
            source.metrics().forEach(metric -> snapshots.add(snapshot(metric)));
        }
        ByteArrayOutputStream text = new ByteArrayOutputStream(64 * 1024);
        try {
            writer.write(text, new MetricSnapshots(snapshots), EscapingScheme.DEFAULT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return text.toByteArray();
    }

    private static MetricSnapshot snapshot(Metric metric) {
        return switch (metric.kind()) {
            case COUNTER -> counter(metric);
            case GAUGE -> gauge(metric);
            case HISTOGRAM -> histogram(metric);
            case SUMMARY -> summary(metric);
        };
    }

    private static MetricSnapshot counter(Metric metric) {
        // The format's writer adds the suffix again.
        String name = metric.name().endsWith(TOTAL)
                ? metric.name().substring(0, metric.name().length() - TOTAL.length())
                : metric.name();
        CounterSnapshot.Builder counter = CounterSnapshot.builder().name(name).help(metric.help());
        for (Metric.Point point : metric.points()) {
            if (point instanceof Metric.Value value) {
                counter.dataPoint(CounterSnapshot.CounterDataPointSnapshot.builder()
                        .labels(labels(metric, point))
                        .value(value.value())
                        .build());
            }
        }
        return counter.build();
    }

    private static MetricSnapshot gauge(Metric metric) {
        GaugeSnapshot.Builder gauge =
                GaugeSnapshot.builder().name(metric.name()).help(metric.help());
        for (Metric.Point point : metric.points()) {
            if (point instanceof Metric.Value value) {
                gauge.dataPoint(GaugeSnapshot.GaugeDataPointSnapshot.builder()
                        .labels(labels(metric, point))
                        .value(value.value())
                        .build());
            }
        }
        return gauge.build();
    }

    private static MetricSnapshot histogram(Metric metric) {
        HistogramSnapshot.Builder histogram =
                HistogramSnapshot.builder().name(metric.name()).help(metric.help());
        for (Metric.Point point : metric.points()) {
            if (point instanceof Metric.Distribution distribution) {
                List<Double> bounds = new ArrayList<>(distribution.bounds());
                bounds.add(Double.POSITIVE_INFINITY);
                histogram.dataPoint(HistogramSnapshot.HistogramDataPointSnapshot.builder()
                        .labels(labels(metric, point))
                        .classicHistogramBuckets(ClassicHistogramBuckets.of(bounds, distribution.counts()))
                        .sum(distribution.sum())
                        .build());
            }
        }
        return histogram.build();
    }

    private static MetricSnapshot summary(Metric metric) {
        SummarySnapshot.Builder summary =
                SummarySnapshot.builder().name(metric.name()).help(metric.help());
        for (Metric.Point point : metric.points()) {
            if (point instanceof Metric.Distribution distribution) {
                summary.dataPoint(SummarySnapshot.SummaryDataPointSnapshot.builder()
                        .labels(labels(metric, point))
                        .count(distribution.counts().stream()
                                .mapToLong(Long::longValue)
                                .sum())
                        .sum(distribution.sum())
                        .build());
            }
        }
        return summary.build();
    }

    private static Labels labels(Metric metric, Metric.Point point) {
        return metric.labels().isEmpty() ? Labels.EMPTY : Labels.of(metric.labels(), point.labelValues());
    }
}
