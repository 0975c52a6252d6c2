package dev.inferencekey.server.ports.metrics;

import java.util.List;

/** Who has figures to show. Thread-safe; answering must not hold up what is counted. */
@FunctionalInterface
public interface MetricSource {
    /** The figures of this moment. The names are the source's own: no two sources share one. */
    List<Metric> metrics();
}
