package dev.inferencekey.server.manager.service;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/**
 * Lets each key through once per window, and only so many different keys: what an attacker can trigger at will must not fill the disk.
 * Thread-safe. Each node lets through for itself, so an installation writes as many times as much as it has nodes: the bound is against floods.
 */
public final class Coalescer {
    private final Clock clock;
    private final Duration window;
    private final int maxKeys;

    // Invariant: holds the keys that came since windowStart; guarded by this.
    private final Set<String> seen = new HashSet<>();
    private Instant windowStart = Instant.MIN;

    public Coalescer(Clock clock, Duration window, int maxKeys) {
        this.clock = clock;
        this.window = window;
        this.maxKeys = maxKeys;
    }

    /** Whether this is the first time in the present window, and the window still has room. */
    public synchronized boolean first(String key) {
        Instant now = clock.now();
        if (windowStart.equals(Instant.MIN) || !now.isBefore(windowStart.plus(window)) || now.isBefore(windowStart)) {
            seen.clear();
            windowStart = now;
        }
        return seen.size() < maxKeys && seen.add(key);
    }
}
