package dev.inferencekey.server.manager;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** A time that stands still until it is moved. Thread-safe. */
public final class MutableTime implements InstantSource {
    // Guarded by this.
    private Instant now = Instant.parse("2026-06-15T09:12:44Z");

    @Override
    public synchronized Instant instant() {
        return now;
    }

    public synchronized void advance(Duration by) {
        now = now.plus(by);
    }
}
