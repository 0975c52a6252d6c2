package dev.inferencekey.server.manager.service;

import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;

/**
 * The time as the control plane writes it down: whole milliseconds, so that what an answer says now equals what the store says later.
 * Thread-safe.
 */
public final class Clock {
    private final InstantSource source;

    public Clock(InstantSource source) {
        this.source = source;
    }

    public Instant now() {
        return source.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
