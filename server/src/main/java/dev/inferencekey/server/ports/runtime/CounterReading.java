package dev.inferencekey.server.ports.runtime;

import dev.inferencekey.server.domain.metering.EngineCounters;

/** What came of asking a model server for its counters. */
public sealed interface CounterReading {
    record Counted(EngineCounters counters) implements CounterReading {}

    /**
     * There is nothing to be read.
     *
     * @param reason one sentence, for people
     * @param lasting whether asking again can't help
     */
    record Nothing(String reason, boolean lasting) implements CounterReading {}
}
