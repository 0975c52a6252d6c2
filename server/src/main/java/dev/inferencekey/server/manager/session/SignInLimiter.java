package dev.inferencekey.server.manager.session;

import dev.inferencekey.server.manager.service.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Bounds how fast passwords can be tried: for one account from one address, and from one address at all. Each is a bucket of attempts
 * that fills again over time. Thread-safe; holds a bounded number of buckets and forgets the longest unused first.
 */
final class SignInLimiter {
    /** A kind of bucket: {@code attempts} at once, one more each {@code refill}. */
    record Limit(int attempts, Duration refill) {}

    static final Limit PER_ACCOUNT_AND_ADDRESS = new Limit(10, Duration.ofSeconds(30));
    static final Limit PER_ADDRESS = new Limit(60, Duration.ofSeconds(5));
    private static final int MAX_BUCKETS = 20_000;

    // The instant at which the bucket is full again; guarded by this.
    private final Map<String, Instant> fullAt = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > MAX_BUCKETS;
        }
    };
    private final Clock clock;

    SignInLimiter(Clock clock) {
        this.clock = clock;
    }

    /** Takes one attempt; answers how long to wait if there is none left. */
    synchronized Optional<Duration> take(String address, String email) {
        Instant now = clock.now();
        return take(PER_ADDRESS, "a " + address, now)
                .or(() -> take(PER_ACCOUNT_AND_ADDRESS, "e " + address + " " + email, now));
    }

    /** After a success: the person knows the password, so earlier slips don't count. */
    synchronized void forget(String address, String email) {
        fullAt.remove("e " + address + " " + email);
    }

    private Optional<Duration> take(Limit limit, String key, Instant now) {
        Instant full = fullAt.getOrDefault(key, now);
        Instant from = full.isBefore(now) ? now : full;
        Instant next = from.plus(limit.refill());
        Duration over = Duration.between(now.plus(limit.refill().multipliedBy(limit.attempts())), next);
        if (over.isPositive()) {
            return Optional.of(over);
        }
        fullAt.put(key, next);
        return Optional.empty();
    }
}
