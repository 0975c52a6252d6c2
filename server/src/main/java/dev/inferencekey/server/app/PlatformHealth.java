package dev.inferencekey.server.app;

import dev.inferencekey.server.gateway.AccessTable;
import dev.inferencekey.server.gateway.GatewayServer;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.access.DataPlaneEvents;
import dev.inferencekey.server.ports.health.Health;
import dev.inferencekey.server.ports.metrics.Metric;
import dev.inferencekey.server.ports.metrics.MetricSource;
import dev.inferencekey.server.ports.store.InstallationStore.Sealed;
import dev.inferencekey.server.ports.store.Store;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether this process is well, asked of its parts.
 *
 * <p>Notes. Ready means that inference requests are served. The store is looked at and told of, but is not required: the data plane serves
 * known keys without it, and a load balancer that took every node out when their store is away would make an outage of a nuisance.
 *
 * <p>Thread-safe.
 */
final class PlatformHealth implements Health, MetricSource {
    private static final Duration PATIENCE = Duration.ofSeconds(1);
    /** Opening every secret is more work than to be done at each look. */
    private static final Duration SECRETS_EVERY = Duration.ofSeconds(30);

    private final Store store;
    /** Null where what is sealed can't be read, and need not be. */
    private final @Nullable SecretCipher cipher;

    private final AccessTable accessTable;
    private final InstantSource clock;
    private final LongSupplier ticker;
    private volatile @Nullable GatewayServer gateway;
    private volatile @Nullable DataPlaneEvents metering;
    private volatile boolean stopping;
    private volatile boolean draining;
    private volatile BooleanSupplier holdsLease = () -> true;

    /** What each check found the last time; guarded by this. */
    private final Map<String, Check> last = new HashMap<>();

    /** A look at the store that has not come back yet. */
    private final AtomicReference<@Nullable StoreLook> looking = new AtomicReference<>();

    /** The sealed secrets that the master key did not open when it was last tried. */
    private volatile List<String> unreadable = List.of();

    private volatile Instant secretsDue = Instant.MIN;

    PlatformHealth(
            Store store,
            @Nullable SecretCipher cipher,
            AccessTable accessTable,
            InstantSource clock,
            LongSupplier ticker) {
        this.store = store;
        this.cipher = cipher;
        this.accessTable = accessTable;
        this.clock = clock;
        this.ticker = ticker;
    }

    /** The gateway listens from now on. */
    void listens(GatewayServer server) {
        gateway = server;
    }

    /** What is used is kept there. */
    void meters(DataPlaneEvents events) {
        metering = events;
    }

    /** Whether callers are to go elsewhere, so that none should be sent here. */
    void drains(boolean drains) {
        draining = drains;
    }

    /** Whether this node's lease runs is asked there. */
    void isNode(BooleanSupplier leaseRuns) {
        holdsLease = leaseRuns;
    }

    /** Not ready from now on: said before anything is closed, so that a load balancer can know in time. */
    void stops() {
        stopping = true;
    }

    @Override
    public Report live() {
        GatewayServer server = gateway;
        if (server == null || stopping) {
            return new Report(List.of(seen("event_loops", true, true, server == null ? "starting" : "stopping")));
        }
        boolean respond = server.responds(PATIENCE);
        return new Report(List.of(seen(
                "event_loops",
                respond,
                true,
                respond ? "every event loop responds" : "an event loop has not responded within a second")));
    }

    @Override
    public Report ready() {
        GatewayServer server = gateway;
        boolean listens = server != null && server.accepts();
        boolean loaded = accessTable.loaded();
        List<Check> checks = new ArrayList<>();
        checks.add(seen("running", !stopping, true, stopping ? "being stopped" : "not being stopped"));
        checks.add(seen("listener", listens, true, listener(listens, server)));
        checks.add(
                seen("access_table", loaded, true, loaded ? "keys and workloads are loaded" : "no key is known yet"));
        DataPlaneEvents events = metering;
        boolean metered = events != null && events.acceptsRequests();
        checks.add(seen(
                "metering", metered, true, metered ? "usage is kept" : "requests are refused: usage can't be kept"));
        checks.add(seen(
                "drain",
                !draining,
                true,
                draining ? "draining: send callers elsewhere; what is under way is answered" : "takes callers"));
        checks.add(node());
        boolean readable = storeReadable();
        checks.add(seen(
                "store",
                readable,
                false,
                readable ? "can be read" : "can't be read; known keys are served, nothing can be changed"));
        boolean full = store.isFull();
        checks.add(seen(
                "disk",
                !full,
                false,
                full
                        ? "the disk that holds the data folder is full; what revokes still works, nothing else can be"
                                + " changed: free some space"
                        : "there was room at the last change"));
        if (cipher != null) {
            List<String> lost = unreadable;
            checks.add(seen(
                    "secrets",
                    lost.isEmpty(),
                    false,
                    lost.isEmpty()
                            ? "the master key opens every stored secret"
                            : "master.key doesn't open " + InstallationCheck.listed(lost)
                                    + "; put the right master.key back, or store them again"));
        }
        return new Report(checks);
    }

    /** What {@link #ready} says, for alerts. */
    @Override
    public List<Metric> metrics() {
        return List.of(new Metric(
                "inferencekey_health_check_ok",
                "1 if the check of the readiness probe passes; without a required one, this node serves nothing.",
                Metric.Kind.GAUGE,
                List.of("check", "required"),
                ready().checks().stream()
                        .<Metric.Point>map(check -> Metric.whole(
                                List.of(check.name(), String.valueOf(check.required())), check.ok() ? 1 : 0))
                        .toList()));
    }

    private Check node() {
        if (!accessTable.admits(ticker)) {
            return seen("node", false, true, "cut off from the store for longer than it may serve: refuses every call");
        }
        boolean holds = holdsLease.getAsBoolean();
        return seen(
                "node",
                holds,
                false,
                holds
                        ? "its lease runs"
                        : "cut off from the store: goes on with the keys that it knows, as the other nodes' receipts say");
    }

    private static String listener(boolean listens, @Nullable GatewayServer server) {
        if (listens) {
            return "accepts connections";
        }
        return server != null && server.drains()
                ? "draining: still accepts connections, each for one request; send new ones elsewhere"
                : "accepts no connections";
    }

    private synchronized Check seen(String name, boolean ok, boolean required, String message) {
        Check before = last.get(name);
        Instant since = before != null && before.ok() == ok ? before.since() : clock.instant();
        Check now = new Check(name, ok, required, message, since);
        last.put(name, now);
        return now;
    }

    /** Looks on a thread of its own, one at a time: a store that hangs must not hang those who ask. */
    private boolean storeReadable() {
        StoreLook look = looking.get();
        if (look == null) {
            StoreLook fresh = new StoreLook();
            if (looking.compareAndSet(null, fresh)) {
                Thread.ofVirtual().name("health-store").start(() -> {
                    fresh.readable(looksAtStore());
                    // Whoever asks from now on looks anew, so this comes before anyone is told.
                    looking.set(null);
                    fresh.done.countDown();
                });
            }
            look = fresh;
        }
        return look.readable();
    }

    private boolean looksAtStore() {
        Instant now = clock.instant();
        boolean secretsToo = cipher != null && !now.isBefore(secretsDue);
        try {
            List<Sealed> sealed = store.read(session -> {
                session.projects().firstTenant();
                return secretsToo ? session.installation().sealedSecrets() : List.<Sealed>of();
            });
            if (secretsToo) {
                unreadable = InstallationCheck.unreadable(Objects.requireNonNull(cipher), sealed);
                secretsDue = now.plus(SECRETS_EVERY);
            }
            return true;
        } catch (RuntimeException e) {
            return false; // Why is told by whoever needed the store.
        }
    }

    private static final class StoreLook {
        private final CountDownLatch done = new CountDownLatch(1);
        private volatile boolean readable;

        void readable(boolean found) {
            readable = found;
        }

        boolean readable() {
            try {
                return done.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) && readable;
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }
}
