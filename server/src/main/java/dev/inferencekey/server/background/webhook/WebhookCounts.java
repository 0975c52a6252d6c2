package dev.inferencekey.server.background.webhook;

import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.metrics.MetricSource;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** What has become of the events that this node was to send; there also where it sends none. Thread-safe. */
public final class WebhookCounts implements MetricSource {
    final LongAdder accepted = new LongAdder();
    final LongAdder failed = new LongAdder();
    final LongAdder givenUp = new LongAdder();

    @Override
    public List<Metric> metrics() {
        return List.of(
                new Metric(
                        "inferencekey_webhook_attempts_total",
                        "Attempts to tell the receiver of webhooks of an event, by this node.",
                        Metric.Kind.COUNTER,
                        List.of("result"),
                        List.of(
                                new Metric.Value(List.of("accepted"), accepted.doubleValue()),
                                new Metric.Value(List.of("failed"), failed.doubleValue()))),
                Metric.counter(
                        "inferencekey_webhook_events_given_up_total",
                        "Events that the receiver of webhooks refused permanently, or did not accept within a day.",
                        givenUp.sum()));
    }
}
