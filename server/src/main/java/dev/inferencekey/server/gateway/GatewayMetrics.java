package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.metrics.Metric.Distribution;
import dev.inferencekey.server.ports.metrics.Metric.Kind;
import dev.inferencekey.server.ports.metrics.Metric.Point;
import dev.inferencekey.server.ports.metrics.MetricSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds up what the event loops have counted and gives it names. Thread-safe. Routes that nobody has called have no series; errors have one
 * each from the start, so that an alert on a first one works.
 */
final class GatewayMetrics implements MetricSource {
    private static final String GATEWAY = "inferencekey_gateway_";
    private static final String WORKLOAD = "inferencekey_workload_";
    private static final double MICROS_PER_SECOND = 1e6;
    private static final List<String> ROUTE_LABELS = List.of("route", "streamed");
    private static final List<String> WORKLOAD_LABELS = List.of("project", "workload");
    /** No workload has such a name: a project's is never empty. */
    private static final List<String> OTHERS = List.of("", "other");

    private final List<LoopCounters> loops;
    private final WorkloadSeries workloads;
    private final AccessTable table;
    private final HeldRequests held;

    GatewayMetrics(List<LoopCounters> loops, WorkloadSeries workloads, AccessTable table, HeldRequests held) {
        this.loops = List.copyOf(loops);
        this.workloads = workloads;
        this.table = table;
        this.held = held;
    }

    @Override
    public List<Metric> metrics() {
        long[] sums = LoopCounters.newSums();
        loops.forEach(loop -> loop.addTo(sums));
        List<Metric> metrics = new ArrayList<>();
        metrics.add(requests(sums));
        metrics.add(errors(sums));
        addTotals(metrics, sums);
        addMoments(metrics, sums);
        metrics.add(histograms(
                "request_duration_seconds", "From a request's head to the last byte of its answer.", sums, true));
        metrics.add(histograms(
                "time_to_first_byte_seconds",
                "From a request's head to the first byte of its answer's body, for a stream the first token.",
                sums,
                false));
        metrics.add(new Metric(
                GATEWAY + "upstream_connect_seconds",
                "To open a connection to a model server or the manager, TLS included.",
                Kind.HISTOGRAM,
                List.of(),
                List.of(distribution(List.of(), LatencyBuckets.CONNECT, sums, LoopCounters.CONNECTS))));
        addHops(metrics, sums);
        addWorkloads(metrics);
        return metrics;
    }

    private static void addHops(List<Metric> to, long[] sums) {
        to.add(new Metric(
                GATEWAY + "node_hop_seconds",
                "From handing a call to the node of its replica to the head of its answer, the model server's time included.",
                Kind.HISTOGRAM,
                List.of(),
                List.of(distribution(List.of(), LatencyBuckets.REQUEST, sums, LoopCounters.HOPS))));
        to.add(total(
                "node_hop_failures_total",
                "Calls that were handed to another node and got no answer of their replica there.",
                sums,
                LoopCounters.HOPS_FAILED));
        to.add(total(
                "node_calls_total",
                "Calls that other nodes brought for a replica on this one.",
                sums,
                LoopCounters.BROUGHT));
    }

    private static Metric requests(long[] sums) {
        List<Point> points = new ArrayList<>();
        for (int route = 0; route <= LoopCounters.UNKNOWN_ROUTE; route++) {
            for (int statusClass = 0; statusClass < LoopCounters.STATUS_CLASSES; statusClass++) {
                for (boolean streamed : new boolean[] {false, true}) {
                    long count = sums[LoopCounters.requests(route, statusClass, streamed)];
                    if (count > 0) {
                        points.add(Metric.whole(
                                List.of(routeName(route), className(statusClass), Boolean.toString(streamed)), count));
                    }
                }
            }
        }
        return new Metric(
                GATEWAY + "requests_total",
                "Data-plane requests that have ended, refused ones included.",
                Kind.COUNTER,
                List.of("route", "status", "streamed"),
                points);
    }

    private static Metric errors(long[] sums) {
        List<Point> points = new ArrayList<>();
        for (ErrorCode code : ErrorCode.values()) {
            points.add(Metric.whole(List.of(code.wire()), sums[LoopCounters.errors(code)]));
        }
        return new Metric(
                GATEWAY + "errors_total",
                "Data-plane requests that were refused, broke off or failed within their answer, by code.",
                Kind.COUNTER,
                List.of("code"),
                points);
    }

    private static void addTotals(List<Metric> to, long[] sums) {
        to.add(Metric.counter(
                GATEWAY + "wrong_plane_credentials_total",
                "SDK tokens that were shown to the data plane: maybe leaks.",
                sums[LoopCounters.errors(ErrorCode.WRONG_CREDENTIAL_TYPE)]));
        to.add(total("cancelled_requests_total", "Requests whose caller left.", sums, LoopCounters.CANCELLED));
        to.add(total(
                "input_tokens_total",
                "Tokens in, as model servers say, or estimated where an answer ended early.",
                sums,
                LoopCounters.INPUT_TOKENS));
        to.add(total(
                "output_tokens_total",
                "Tokens out, as model servers say, or estimated where an answer ended early.",
                sums,
                LoopCounters.OUTPUT_TOKENS));
        to.add(total(
                "cached_input_tokens_total",
                "The part of the tokens in that came from a cache.",
                sums,
                LoopCounters.CACHED_TOKENS));
        to.add(total("request_body_bytes_total", "Bytes of request bodies.", sums, LoopCounters.REQUEST_BYTES));
        to.add(total("response_body_bytes_total", "Bytes of answers' bodies.", sums, LoopCounters.RESPONSE_BYTES));
        to.add(total("connections_total", "Clients' connections that were opened.", sums, LoopCounters.ACCEPTED));
        to.add(total(
                "upstream_connect_failures_total",
                "Connections to model servers or the manager that could not be opened.",
                sums,
                LoopCounters.CONNECTS_FAILED));
    }

    private static Metric total(String name, String help, long[] sums, int slot) {
        return Metric.counter(GATEWAY + name, help, sums[slot]);
    }

    private void addMoments(List<Metric> to, long[] sums) {
        to.add(Metric.gauge(GATEWAY + "open_connections", "Clients' connections now.", sums[LoopCounters.CONNECTIONS]));
        to.add(Metric.gauge(
                GATEWAY + "requests_in_flight", "Data-plane requests under way now.", sums[LoopCounters.IN_FLIGHT]));
        to.add(Metric.gauge(
                GATEWAY + "held_requests", "Requests that wait for a replica to be ready now.", held.count()));
        to.add(Metric.gauge(
                GATEWAY + "upstream_connections",
                "Connections to model servers and the manager, as of the last second.",
                sums[LoopCounters.UPSTREAM_OPEN]));
        to.add(Metric.gauge(
                GATEWAY + "upstream_connections_idle",
                "The part of them that waits in a pool for the next request.",
                sums[LoopCounters.UPSTREAM_IDLE]));
        to.add(Metric.gauge(
                GATEWAY + "access_epoch", "The last change of keys and workloads that is in force.", table.epoch()));
        to.add(Metric.gauge(
                GATEWAY + "access_table_loaded",
                "1 once keys and workloads are loaded; before that no key is known.",
                table.loaded() ? 1 : 0));
    }

    private static Metric histograms(String name, String help, long[] sums, boolean durations) {
        List<Point> points = new ArrayList<>();
        for (int route = 0; route <= LoopCounters.UNKNOWN_ROUTE; route++) {
            for (boolean streamed : new boolean[] {false, true}) {
                int at = durations ? LoopCounters.durations(route, streamed) : LoopCounters.firstBytes(route, streamed);
                Distribution distribution = distribution(
                        List.of(routeName(route), Boolean.toString(streamed)), LatencyBuckets.REQUEST, sums, at);
                if (distribution.counts().stream().anyMatch(count -> count > 0)) {
                    points.add(distribution);
                }
            }
        }
        return new Metric(GATEWAY + name, help, Kind.HISTOGRAM, ROUTE_LABELS, points);
    }

    private static Distribution distribution(List<String> labels, LatencyBuckets buckets, long[] sums, int at) {
        List<Long> counts = new ArrayList<>();
        for (int i = 0; i < buckets.count(); i++) {
            counts.add(sums[at + i]);
        }
        return new Distribution(
                labels, buckets.boundsInSeconds(), counts, sums[at + buckets.count()] / MICROS_PER_SECOND);
    }

    private void addWorkloads(List<Metric> to) {
        Map<List<String>, long[]> sums = new LinkedHashMap<>();
        List<Point> inFlight = new ArrayList<>();
        for (WorkloadSeries.Series series : workloads.all()) {
            EndpointEntry entry = series.endpoint().entry();
            List<String> labels = List.of(entry.projectSlug(), entry.workloadSlug());
            // A workload that was deleted and made anew has two series under one name.
            series.counters().addTo(sums.computeIfAbsent(labels, _ -> new long[WorkloadCounters.COUNT]));
            if (!series.endpoint().removed()) {
                inFlight.add(Metric.whole(
                        labels,
                        series.endpoint().serving().replicas().stream()
                                .mapToInt(Replica::outstanding)
                                .sum()));
            }
        }
        sums.put(OTHERS, workloads.others());
        to.add(workloadRequests(sums));
        to.add(ofWorkloads(
                "failed_requests_total",
                "Requests with a status of 400 or above, or whose answer failed after a good one.",
                sums,
                WorkloadCounters.FAILED));
        to.add(ofWorkloads("input_tokens_total", "Tokens in.", sums, WorkloadCounters.INPUT_TOKENS));
        to.add(ofWorkloads("output_tokens_total", "Tokens out.", sums, WorkloadCounters.OUTPUT_TOKENS));
        to.add(ofWorkloads(
                "cached_input_tokens_total", "Tokens in from a cache.", sums, WorkloadCounters.CACHED_TOKENS));
        to.add(ofWorkloads(
                "request_body_bytes_total", "Bytes of request bodies.", sums, WorkloadCounters.REQUEST_BYTES));
        to.add(ofWorkloads(
                "response_body_bytes_total", "Bytes of answers' bodies.", sums, WorkloadCounters.RESPONSE_BYTES));
        to.add(summary("request_duration_seconds", "From head to last byte.", sums, false));
        to.add(summary("time_to_first_byte_seconds", "From head to first byte.", sums, true));
        to.add(new Metric(
                WORKLOAD + "replica_requests_in_flight",
                "Requests that the workload's replicas are answering now.",
                Kind.GAUGE,
                WORKLOAD_LABELS,
                inFlight));
    }

    private static Metric workloadRequests(Map<List<String>, long[]> sums) {
        List<Point> points = new ArrayList<>();
        sums.forEach((labels, counts) -> {
            for (int statusClass = 0; statusClass < LoopCounters.STATUS_CLASSES; statusClass++) {
                long count = counts[WorkloadCounters.REQUESTS + statusClass];
                if (count > 0) {
                    points.add(
                            Metric.whole(List.of(labels.getFirst(), labels.getLast(), className(statusClass)), count));
                }
            }
        });
        return new Metric(
                WORKLOAD + "requests_total",
                "Requests to the workload that have ended.",
                Kind.COUNTER,
                List.of("project", "workload", "status"),
                points);
    }

    private static Metric ofWorkloads(String name, String help, Map<List<String>, long[]> sums, int slot) {
        List<Point> points = new ArrayList<>();
        sums.forEach((labels, counts) -> points.add(Metric.whole(labels, counts[slot])));
        return new Metric(WORKLOAD + name, help, Kind.COUNTER, WORKLOAD_LABELS, points);
    }

    private static Metric summary(String name, String help, Map<List<String>, long[]> sums, boolean firstByte) {
        List<Point> points = new ArrayList<>();
        sums.forEach((labels, counts) -> {
            long count = counts[WorkloadCounters.FIRST_BYTES];
            long micros = counts[WorkloadCounters.FIRST_BYTE_MICROS];
            if (!firstByte) {
                count = 0;
                for (int statusClass = 0; statusClass < LoopCounters.STATUS_CLASSES; statusClass++) {
                    count += counts[WorkloadCounters.REQUESTS + statusClass];
                }
                micros = counts[WorkloadCounters.DURATION_MICROS];
            }
            points.add(new Distribution(labels, List.of(), List.of(count), micros / MICROS_PER_SECOND));
        });
        return new Metric(WORKLOAD + name, help, Kind.SUMMARY, WORKLOAD_LABELS, points);
    }

    private static String routeName(int route) {
        return route == LoopCounters.UNKNOWN_ROUTE ? RequestMeter.UNKNOWN_ROUTE : LoopCounters.ROUTES[route].path();
    }

    private static String className(int statusClass) {
        return statusClass == 0 ? "other" : statusClass + "xx";
    }
}
