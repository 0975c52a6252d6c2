package dev.inferencekey.server.manager.usage;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.price.NanoUsd;
import dev.inferencekey.server.domain.usage.Percentiles;
import dev.inferencekey.server.domain.usage.UsageFigures;
import dev.inferencekey.server.domain.usage.UsageGroup;
import dev.inferencekey.server.domain.usage.UsageLine;
import dev.inferencekey.server.domain.usage.UsageReport;
import dev.inferencekey.server.domain.usage.UsageValues;
import dev.inferencekey.server.manager.http.Json;
import dev.inferencekey.server.manager.usage.LastDay.OfWorkload;
import dev.inferencekey.server.ports.store.UsageStore.Total;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How usage looks on the wire. Stateless and thread-safe. */
final class UsageJson {
    private UsageJson() {}

    static Map<String, @Nullable Object> of(Total total) {
        return Json.object(
                "workload_slug", total.workloadSlug(),
                "key_id", total.keyId(),
                "requests", total.requests(),
                "failed_requests", total.failedRequests(),
                "input_tokens", total.inputTokens(),
                "output_tokens", total.outputTokens(),
                "cached_tokens", total.cachedTokens(),
                "cost_usd", NanoUsd.dollars(total.costNanoUsd()));
    }

    static Map<String, @Nullable Object> of(UsageRecord usage) {
        return Json.object(
                "id", usage.id(),
                "request_id", usage.requestId(),
                "at", usage.at().toString(),
                "workload_id", usage.workloadId(),
                "workload_slug", usage.workloadSlug(),
                "key_id", usage.keyId(),
                "public_id", usage.publicId(),
                "client_address", usage.clientAddress(),
                "route", usage.route(),
                "model", usage.model(),
                "status", usage.status(),
                "input_tokens", usage.inputTokens(),
                "output_tokens", usage.outputTokens(),
                "cached_tokens", usage.cachedTokens(),
                "duration_micros", usage.durationMicros(),
                "first_byte_micros", usage.firstByteMicros(),
                "request_bytes", usage.requestBytes(),
                "response_bytes", usage.responseBytes(),
                "streamed", usage.streamed(),
                "cancelled", usage.cancelled(),
                "estimated", usage.estimated(),
                "error", usage.error(),
                "cost_usd", usage.costNanoUsd() == null ? null : NanoUsd.dollars(usage.costNanoUsd()));
    }

    static Map<String, @Nullable Object> breakdown(UsageReport report) {
        return Json.object(
                "from", report.from().toString(),
                "to", report.to().toString(),
                "lines", report.lines().stream().map(UsageJson::whole).toList());
    }

    static Map<String, @Nullable Object> series(UsageReport report) {
        return Json.object(
                "from", report.from().toString(),
                "to", report.to().toString(),
                "bucket_seconds", report.width().toSeconds(),
                "starts", report.starts().stream().map(Instant::toString).toList(),
                "lines",
                        report.lines().stream()
                                .map(line -> {
                                    Map<String, @Nullable Object> json = whole(line);
                                    json.put(
                                            "buckets",
                                            line.buckets().stream()
                                                    .map(UsageJson::of)
                                                    .toList());
                                    return json;
                                })
                                .toList());
    }

    private static Map<String, @Nullable Object> whole(UsageLine line) {
        return Json.object("kind", kind(line.group()), "value", value(line.group()), "total", of(line.total()));
    }

    static String kind(UsageGroup group) {
        return switch (group) {
            case UsageGroup.All _ -> "all";
            case UsageGroup.Value _ -> "value";
            case UsageGroup.Without _ -> "none";
            case UsageGroup.Others _ -> "other";
        };
    }

    static @Nullable String value(UsageGroup group) {
        return group instanceof UsageGroup.Value value ? value.text() : null;
    }

    private static Map<String, @Nullable Object> of(UsageFigures figures) {
        return Json.object(
                "requests", figures.requests(),
                "failed_requests", figures.failed(),
                "input_tokens", figures.inputTokens(),
                "output_tokens", figures.outputTokens(),
                "cached_tokens", figures.cachedTokens(),
                "cost_usd", NanoUsd.dollars(figures.costNanoUsd()),
                "duration_micros", of(figures.duration()),
                "first_byte_micros", of(figures.firstByte()));
    }

    private static @Nullable Map<String, @Nullable Object> of(@Nullable Percentiles times) {
        return times == null ? null : Json.object("p50", times.p50(), "p95", times.p95(), "p99", times.p99());
    }

    static Map<String, @Nullable Object> of(UsageValues values) {
        return Json.object(
                "workloads", values.workloads(),
                "keys", values.keys(),
                "models", values.models(),
                "statuses", values.statuses());
    }

    static Map<String, @Nullable Object> of(LastDay day) {
        List<Map<String, @Nullable Object>> workloads =
                day.workloads().stream().map(UsageJson::of).toList();
        return Json.object("from", day.from().toString(), "to", day.to().toString(), "workloads", workloads);
    }

    private static Map<String, @Nullable Object> of(OfWorkload workload) {
        return Json.object(
                "workload_slug", workload.workloadSlug(),
                "requests", workload.requests(),
                "failed_requests", workload.failed(),
                "input_tokens", workload.inputTokens(),
                "output_tokens", workload.outputTokens(),
                "cost_usd", NanoUsd.dollars(workload.costNanoUsd()),
                "hourly_requests", workload.hourly(),
                "hourly_failed_requests", workload.hourlyFailed());
    }
}
