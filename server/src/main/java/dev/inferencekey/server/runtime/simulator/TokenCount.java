package dev.inferencekey.server.runtime.simulator;

import dev.inferencekey.server.domain.metering.CountingEngine;
import dev.inferencekey.server.domain.metering.EngineCounters;
import java.util.concurrent.atomic.LongAdder;

/** What one simulated server has read and generated since it started, as real ones count it. Thread-safe. */
final class TokenCount {
    private final LongAdder read = new LongAdder();
    private final LongAdder generated = new LongAdder();

    void addRead(long tokens) {
        read.add(tokens);
    }

    void addGenerated(long tokens) {
        generated.add(tokens);
    }

    EngineCounters counters() {
        return new EngineCounters(CountingEngine.SIMULATOR, read.sum(), generated.sum());
    }
}
