package dev.inferencekey.server.manager;

import dev.inferencekey.server.ports.health.Health;
import java.time.Instant;
import java.util.List;

/** Well until told otherwise. Thread-safe. */
public final class FakeHealth implements Health {
    static final Instant SINCE = Instant.parse("2026-06-15T12:00:00Z");

    volatile boolean ready = true;

    @Override
    public Report live() {
        return new Report(List.of(new Check("event_loops", true, true, "every event loop responds", SINCE)));
    }

    @Override
    public Report ready() {
        return new Report(List.of(
                new Check("access_table", ready, true, "as the test says", SINCE),
                new Check("store", false, false, "can't be read", SINCE)));
    }
}
