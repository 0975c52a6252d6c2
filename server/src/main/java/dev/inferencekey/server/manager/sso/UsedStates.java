package dev.inferencekey.server.manager.sso;

import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The sign-ins that were completed or failed, until they would have expired anyway: none is taken twice. Thread-safe; bounded, and what
 * is forgotten early is still refused by the provider, which takes a code once.
 */
final class UsedStates {
    private static final int MOST = 10_000;

    // Oldest first, and all live equally long; guarded by this.
    private final Map<String, Instant> expiryByState = new LinkedHashMap<>();

    /** Whether this is the first use. */
    synchronized boolean use(PendingSignIn pending, Instant now) {
        expiryByState.values().removeIf(expiry -> !now.isBefore(expiry));
        if (expiryByState.putIfAbsent(pending.state(), pending.expiresAt()) != null) {
            return false;
        }
        if (expiryByState.size() > MOST) {
            expiryByState.remove(expiryByState.keySet().iterator().next());
        }
        return true;
    }
}
