package dev.inferencekey.server.manager.session;

import dev.inferencekey.server.manager.service.Clock;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Bounds how fast passwords can be tried: for one account from one network, from one network at all, and for one account from all networks
 * together. Each is a bucket of attempts that fills again over time. Thread-safe; holds a bounded number of buckets and forgets the longest
 * unused first.
 *
 * <p>Notes. A network is one IPv4 address, or the 64 leading bits of an IPv6 address: whoever has one address of these has all of them. The
 * bound per account holds nobody up who signs in from a network that this account was signed in from before: otherwise anybody could
 * keep the account's person out by guessing without end.
 */
final class SignInLimiter {
    /** A kind of bucket: {@code attempts} at once, one more each {@code refill}. */
    record Limit(int attempts, Duration refill) {}

    static final Limit PER_ACCOUNT_AND_NETWORK = new Limit(10, Duration.ofSeconds(30));
    static final Limit PER_NETWORK = new Limit(60, Duration.ofSeconds(5));
    static final Limit PER_ACCOUNT = new Limit(30, Duration.ofSeconds(30));
    private static final int MAX_BUCKETS = 20_000;
    private static final int NETWORK_BYTES = 8;

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

    /** The network that an address stands for; any other text stands for itself. */
    static String network(String address) {
        try {
            return InetAddress.ofLiteral(address) instanceof Inet6Address six
                    ? HexFormat.of().formatHex(Arrays.copyOf(six.getAddress(), NETWORK_BYTES)) + "/64"
                    : address;
        } catch (IllegalArgumentException e) {
            return address;
        }
    }

    /** Takes one attempt of what is no single account; answers how long to wait if there is none left. */
    Optional<Duration> take(String address, String how) {
        return takeOfNetwork(network(address), how);
    }

    /**
     * Takes one attempt; answers how long to wait if there is none left.
     *
     * @param known whether the account was signed in from this network before; asked only if the account's own attempts are used up
     */
    Optional<Duration> take(String address, String email, BooleanSupplier known) {
        Optional<Duration> wait = takeOfNetwork(network(address), email);
        if (wait.isPresent()) {
            return wait;
        }
        // Not under the lock: it may ask the store.
        return takeOfAccount(email).filter(_ -> !known.getAsBoolean());
    }

    /** After a success: the person knows the password, so earlier slips from there don't count. */
    synchronized void forget(String address, String email) {
        fullAt.remove(inNetwork(network(address), email));
    }

    private synchronized Optional<Duration> takeOfNetwork(String network, String email) {
        Instant now = clock.now();
        return take(PER_NETWORK, "a " + network, now)
                .or(() -> take(PER_ACCOUNT_AND_NETWORK, inNetwork(network, email), now));
    }

    private synchronized Optional<Duration> takeOfAccount(String email) {
        return take(PER_ACCOUNT, "e " + email, clock.now());
    }

    private static String inNetwork(String network, String email) {
        return "b " + network + " " + email;
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
