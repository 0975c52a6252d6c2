package dev.inferencekey.server.manager.usage;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.price.NanoUsd;
import dev.inferencekey.server.domain.usage.SumSpan;
import dev.inferencekey.server.domain.usage.UsageFilter;
import dev.inferencekey.server.domain.usage.UsageQuery;
import dev.inferencekey.server.domain.usage.UsageReport;
import dev.inferencekey.server.domain.usage.UsageValues;
import dev.inferencekey.server.domain.usage.WorkloadHour;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.manager.usage.LastDay.OfWorkload;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.UsageStore.Total;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/** Reads what was used. Thread-safe. */
public final class UsageService {
    private final Store store;
    private final Clock clock;

    public UsageService(Store store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Sums from {@code from} (included) to {@code to} (excluded), by workload and key. */
    public List<Total> totals(String projectSlug, Instant from, Instant to) {
        UsageQuery.requireRange(from, to);
        return store.read(session -> session.usage().totals(projectSlug, from, to));
    }

    /** What was used over time, in at most 201 buckets. */
    public UsageReport series(String projectSlug, UsageQuery query) {
        return store.read(session -> session.usage().series(projectSlug, query));
    }

    /** What was used in all of the time: one line for each workload, key, model or status. */
    public UsageReport breakdown(String projectSlug, UsageQuery query) {
        return store.read(session -> session.usage().breakdown(projectSlug, query));
    }

    /** Which workloads, keys, models and statuses occur from {@code from} (included) to {@code to} (excluded). */
    public UsageValues values(String projectSlug, Instant from, Instant to) {
        UsageQuery.requireRange(from, to);
        return store.read(session -> session.usage().values(projectSlug, from, to));
    }

    /** Single requests, newest first. */
    public Page<UsageRecord> records(String projectSlug, PageRequest page) {
        return records(projectSlug, UsageFilter.ALL, Instant.EPOCH, UsageQuery.END, page);
    }

    /** Single requests that fit the filter, from {@code from} (included) to {@code to} (excluded), newest first. */
    public Page<UsageRecord> records(
            String projectSlug, UsageFilter filter, Instant from, Instant to, PageRequest page) {
        UsageQuery.requireTime(from, to);
        return store.read(session -> session.usage().list(projectSlug, filter, from, to, page));
    }

    /** What each workload served in the last day, hour by hour. */
    public LastDay lastDay(String projectSlug) {
        Instant to = clock.now().plusMillis(1);
        Instant from = SumSpan.HOUR.floor(to.minusMillis(1)).minus(Duration.ofHours(LastDay.HOURS - 1L));
        List<WorkloadHour> hours = store.read(session -> session.usage().hours(projectSlug, from, to));
        TreeMap<String, List<WorkloadHour>> byWorkload = new TreeMap<>();
        hours.forEach(hour -> byWorkload
                .computeIfAbsent(hour.workloadSlug(), slug -> new ArrayList<>())
                .add(hour));
        List<OfWorkload> workloads = new ArrayList<>();
        byWorkload.forEach((slug, ofWorkload) -> workloads.add(day(slug, from, ofWorkload)));
        return new LastDay(from, to, workloads);
    }

    private static OfWorkload day(String slug, Instant from, List<WorkloadHour> hours) {
        Long[] hourly = new Long[LastDay.HOURS];
        Long[] hourlyFailed = new Long[LastDay.HOURS];
        Arrays.fill(hourly, 0L);
        Arrays.fill(hourlyFailed, 0L);
        long requests = 0;
        long failed = 0;
        long inputTokens = 0;
        long outputTokens = 0;
        long costNanoUsd = 0;
        for (WorkloadHour hour : hours) {
            // Where only sums are kept, a time may begin earlier than asked for.
            int index = (int) Duration.between(from, hour.hour()).toHours();
            if (index >= 0 && index < LastDay.HOURS) {
                hourly[index] = hour.requests();
                hourlyFailed[index] = hour.failed();
                requests += hour.requests();
                failed += hour.failed();
                inputTokens += hour.inputTokens();
                outputTokens += hour.outputTokens();
                costNanoUsd = NanoUsd.plus(costNanoUsd, hour.costNanoUsd());
            }
        }
        return new OfWorkload(
                slug, requests, failed, inputTokens, outputTokens, costNanoUsd, List.of(hourly), List.of(hourlyFailed));
    }
}
