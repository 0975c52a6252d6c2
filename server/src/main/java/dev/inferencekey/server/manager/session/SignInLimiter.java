package dev.inferencekey.server.manager.session;

import dev.inferencekey.server.domain.limit.AttemptLimit;
import dev.inferencekey.server.manager.service.Clock;
import dev.inferencekey.server.ports.store.AttemptStore;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * Bounds how fast passwords can be tried: for one account from one network, from one network at all, and for one account from all networks
 * together. Each is a bucket of attempts that fills again over time. The buckets are the installation's, whichever node is asked.
 * Thread-safe.
 *
 * <p>Notes. A network is one IPv4 address, or the 64 leading bits of an IPv6 address: whoever has one address of these has all of them. The
 * bound per account holds nobody up who signs in from a network that this account was signed in from before: otherwise anybody could
 * keep the account's person out by guessing without end.
 *
 * <p>Of a bucket only a digest is kept, since what was typed as an e-mail address may be a secret. Each node sees to it every
 * {@value #TAKES_BETWEEN_TRIMS} attempts, each of which makes three of them at most, that there are no more than {@value #MAX_BUCKETS}: the
 * fullest are forgotten first, so nobody makes room for more guesses at one account by guessing at many. While the store takes no changes, as with a full disk, each node counts for itself: people must
 * be able to sign in then, to take power away.
 */
final class SignInLimiter {
    static final AttemptLimit PER_ACCOUNT_AND_NETWORK = new AttemptLimit(10, Duration.ofSeconds(30));
    static final AttemptLimit PER_NETWORK = new AttemptLimit(60, Duration.ofSeconds(5));
    static final AttemptLimit PER_ACCOUNT = new AttemptLimit(30, Duration.ofSeconds(30));

    private static final int MAX_BUCKETS = 20_000;
    private static final int TAKES_BETWEEN_TRIMS = 1_000;
    private static final int NETWORK_BYTES = 8;
    private static final int DIGEST_BYTES = 16;

    /** What one attempt came to; {@code shortage} is empty if it was taken. */
    private record Taken(Optional<Duration> shortage, boolean ofAccount) {}

    private final Store store;
    private final Clock clock;
    private final int maxBuckets;
    private final int takesBetweenTrims;
    private final AttemptStore here;
    private final AtomicInteger takes = new AtomicInteger();

    SignInLimiter(Store store, Clock clock) {
        this(store, clock, MAX_BUCKETS, TAKES_BETWEEN_TRIMS);
    }

    SignInLimiter(Store store, Clock clock, int maxBuckets, int takesBetweenTrims) {
        this.store = store;
        this.clock = clock;
        this.maxBuckets = maxBuckets;
        this.takesBetweenTrims = takesBetweenTrims;
        this.here = new LocalAttempts(maxBuckets);
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
        String network = network(address);
        Instant now = clock.now();
        return inStore(attempts -> takeOfNetwork(attempts, network, how, now));
    }

    /**
     * Takes one attempt; answers how long to wait if there is none left.
     *
     * @param known whether the account was signed in from this network before; asked only if the account's own attempts are used up
     */
    Optional<Duration> take(String address, String email, BooleanSupplier known) {
        String network = network(address);
        Instant now = clock.now();
        Taken taken = inStore(attempts -> {
            Optional<Duration> wait = takeOfNetwork(attempts, network, email, now);
            return wait.isPresent()
                    ? new Taken(wait, false)
                    : new Taken(attempts.take(bucket("account", email), PER_ACCOUNT, now), true);
        });
        // Not in the transaction: it asks the store for something else.
        return taken.shortage().filter(_ -> !taken.ofAccount() || !known.getAsBoolean());
    }

    /** After a success: the person knows the password, so earlier slips from there don't count. */
    void forget(String address, String email) {
        String bucket = inNetwork(network(address), email);
        inStore(attempts -> {
            attempts.fill(bucket);
            return true;
        });
    }

    private static Optional<Duration> takeOfNetwork(AttemptStore attempts, String network, String email, Instant now) {
        // In this order wherever they are taken: of two transactions that want the same buckets, one waits for the
        // other.
        Optional<Duration> wait = attempts.take(bucket("network", network), PER_NETWORK, now);
        return wait.isPresent() ? wait : attempts.take(inNetwork(network, email), PER_ACCOUNT_AND_NETWORK, now);
    }

    private <T> T inStore(Function<AttemptStore, T> work) {
        boolean trims = takes.incrementAndGet() % takesBetweenTrims == 0;
        try {
            return store.append(session -> {
                if (trims) {
                    session.attempts().trim(clock.now(), maxBuckets);
                }
                return work.apply(session.attempts());
            });
        } catch (StoreUnavailableException e) {
            return work.apply(here);
        }
    }

    private static String inNetwork(String network, String email) {
        return bucket("account in network", network + " " + email);
    }

    private static String bucket(String kind, String whose) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-256").digest((kind + "\n" + whose).getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, DIGEST_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
