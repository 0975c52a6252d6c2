package dev.inferencekey.server.store.memory;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.ports.store.Page;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.ports.store.UsageStore;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

final class MemoryUsage implements UsageStore {
    private final MemorySession session;

    MemoryUsage(MemorySession session) {
        this.session = session;
    }

    @Override
    public void append(List<UsageRecord> records) {
        MemoryState state = session.writing();
        records.forEach(record -> state.usage.putIfAbsent(record.id(), record));
    }

    @Override
    public Page<UsageRecord> list(String projectSlug, PageRequest page) {
        return MemorySession.page(
                session.reading().usage.values().stream()
                        .filter(record -> record.projectSlug().equals(projectSlug)),
                record -> "%020d.%s".formatted(ChronoUnit.MICROS.between(Instant.EPOCH, record.at()), record.id()),
                true,
                page);
    }

    @Override
    public List<Total> totals(String projectSlug, Instant from, Instant to) {
        TreeMap<String, TreeMap<String, Total>> totals = new TreeMap<>();
        for (UsageRecord record : session.reading().usage.values()) {
            if (record.projectSlug().equals(projectSlug)
                    && !record.at().isBefore(from)
                    && record.at().isBefore(to)) {
                totals.computeIfAbsent(record.workloadSlug(), slug -> new TreeMap<>())
                        .merge(record.keyId(), totalOf(record), MemoryUsage::sum);
            }
        }
        List<Total> sorted = new ArrayList<>();
        totals.values().forEach(byKey -> sorted.addAll(byKey.values()));
        return sorted;
    }

    private static Total totalOf(UsageRecord record) {
        return new Total(
                record.workloadSlug(),
                record.keyId(),
                1,
                record.status() >= 400 ? 1 : 0,
                orZero(record.inputTokens()),
                orZero(record.outputTokens()),
                orZero(record.cachedTokens()));
    }

    private static Total sum(Total one, Total other) {
        return new Total(
                one.workloadSlug(),
                one.keyId(),
                one.requests() + other.requests(),
                one.failedRequests() + other.failedRequests(),
                one.inputTokens() + other.inputTokens(),
                one.outputTokens() + other.outputTokens(),
                one.cachedTokens() + other.cachedTokens());
    }

    private static long orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }
}
