package dev.inferencekey.server.gateway;

import java.util.concurrent.atomic.AtomicInteger;

/** How many requests wait for a replica, and how many may. Thread-safe. */
final class HeldRequests {
    private final int most;
    private final AtomicInteger held = new AtomicInteger();

    HeldRequests(int most) {
        this.most = most;
    }

    /** Takes a place, to be given back with {@link #leave}; false if there is none. */
    boolean enter() {
        if (held.incrementAndGet() <= most) {
            return true;
        }
        held.decrementAndGet();
        return false;
    }

    void leave() {
        held.decrementAndGet();
    }

    int count() {
        return held.get();
    }
}
