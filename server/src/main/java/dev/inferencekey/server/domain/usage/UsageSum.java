package dev.inferencekey.server.domain.usage;

import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.price.NanoUsd;
import org.jspecify.annotations.Nullable;

/** Adds requests up. Sums of parts can be added in any order. Used by one thread. */
public final class UsageSum {
    private final LatencyHistogram durations = new LatencyHistogram();
    private final LatencyHistogram firstBytes = new LatencyHistogram();
    private long requests;
    private long failed;
    private long inputTokens;
    private long outputTokens;
    private long cachedTokens;
    private long costNanoUsd;

    /** Adds requests with this {@link Outcome}; their times are added apart. */
    public void add(int outcome, long count, long input, long output, long cached, long nanoUsd) {
        requests += count;
        failed += Outcome.failed(outcome) ? count : 0;
        inputTokens += input;
        outputTokens += output;
        cachedTokens += cached;
        costNanoUsd = NanoUsd.plus(costNanoUsd, nanoUsd);
    }

    /** Adds one request. */
    public void add(UsageRecord usage) {
        add(
                Outcome.of(usage),
                1,
                orZero(usage.inputTokens()),
                orZero(usage.outputTokens()),
                orZero(usage.cachedTokens()),
                orZero(usage.costNanoUsd()));
        durations.add(usage.durationMicros());
        if (usage.firstByteMicros() != null) {
            firstBytes.add(usage.firstByteMicros());
        }
    }

    /** Adds what another one has added up. */
    public void addAll(UsageSum other) {
        requests += other.requests;
        failed += other.failed;
        inputTokens += other.inputTokens;
        outputTokens += other.outputTokens;
        cachedTokens += other.cachedTokens;
        costNanoUsd = NanoUsd.plus(costNanoUsd, other.costNanoUsd);
        durations.addAll(other.durations);
        firstBytes.addAll(other.firstBytes);
    }

    private static long orZero(@Nullable Long count) {
        return count == null ? 0 : count;
    }

    public LatencyHistogram durations() {
        return durations;
    }

    public LatencyHistogram firstBytes() {
        return firstBytes;
    }

    public long requests() {
        return requests;
    }

    public long inputTokens() {
        return inputTokens;
    }

    public long outputTokens() {
        return outputTokens;
    }

    public long cachedTokens() {
        return cachedTokens;
    }

    public long costNanoUsd() {
        return costNanoUsd;
    }

    public UsageFigures figures() {
        return new UsageFigures(
                requests,
                failed,
                inputTokens,
                outputTokens,
                cachedTokens,
                costNanoUsd,
                Percentiles.of(durations),
                Percentiles.of(firstBytes));
    }
}
