package dev.inferencekey.server.gateway;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.budget.Budget;
import dev.inferencekey.server.domain.budget.NodeLedger;
import dev.inferencekey.server.domain.credential.CredentialSecret;
import dev.inferencekey.server.domain.credential.CredentialState;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.MisplacedCredential;
import dev.inferencekey.server.domain.credential.SecretDigest;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.upstream.UpstreamPolicy;
import dev.inferencekey.server.domain.upstream.UpstreamRules;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.Budgets;
import dev.inferencekey.server.ports.access.DataPlaneEvents;
import dev.inferencekey.server.ports.access.EndpointEntry;
import dev.inferencekey.server.ports.access.KeyEntry;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.limit.LimitSlices;
import dev.inferencekey.server.ports.node.NodeLog;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * A gateway on a free port with one project {@code acme}: the workload {@code bot} (text2text) and {@code embedder} (embedding), and a key for
 * the whole project. What it reports is kept.
 */
final class GatewayFixture implements AutoCloseable, DataPlaneEvents {
    static final String MODEL = "served-model";
    static final String SECRET = "replica-secret-of-the-test";
    static final String INTERNAL = "internal-secret-of-the-test";
    static final Instant NOW = Instant.parse("2026-06-15T09:12:44Z");
    static final String CHAT = "/endpoint/acme/bot/v1/chat/completions";
    static final String BODY = "{\"model\":\"bot\",\"messages\":[]}";

    final RandomGenerator random = new Random(1);
    /** Who admits what is under a budget. */
    volatile Budgets budgets = Budgets.NONE;

    final AccessTable table;
    final SingleChanges changes;
    final LiveKey key = LiveKey.mint(random);
    final BlockingQueue<UsageRecord> records = new LinkedBlockingQueue<>();
    final BlockingQueue<String> demands = new LinkedBlockingQueue<>();
    final BlockingQueue<List<String>> wrongPlanes = new LinkedBlockingQueue<>();
    private final AtomicInteger ids = new AtomicInteger();
    volatile boolean failOnDemand;
    /** Ports at which nothing that is external may be called. */
    static final Set<Integer> OWN_PORTS = ConcurrentHashMap.newKeySet();

    /** Whether it tells other nodes that it decides nothing. */
    volatile boolean cutOff;

    private static final UpstreamPolicy POLICY = new UpstreamPolicy(
            UpstreamRules.NONE, (address, port) -> address.isLoopbackAddress() && OWN_PORTS.contains(port));
    private static final String MARK = "0123456789abcdef";
    /** For a gateway that has no other nodes. */
    static final Outward OUTWARD_ALONE = new Outward(POLICY, MARK, () -> true, (_, _) -> List.of());

    /** What its model servers printed. */
    volatile NodeLog log = (_, _) -> List.of();

    private final Outward outward =
            new Outward(POLICY, MARK, () -> !cutOff, (workloadId, limit) -> log.tail(workloadId, limit));

    volatile boolean meteringFull;
    /** Nanoseconds that the gateway believes to have passed besides those that have. */
    final AtomicLong leap = new AtomicLong();
    /** Runs once, on the event loop that asks for the next id: a request without one of its own does. */
    final AtomicReference<@Nullable Runnable> atNextId = new AtomicReference<>();

    final GatewayServer server;

    GatewayFixture() {
        this(GatewayConfig.builder(), null);
    }

    GatewayFixture(GatewayConfig.Builder config, @Nullable FakeModelServer manager) {
        this(config, manager, null, GatewayObservation.NONE);
    }

    /** With someone who is told of each request. */
    static GatewayFixture observed(GatewayConfig.Builder config, GatewayObservation observation) {
        return new GatewayFixture(config, null, null, observation);
    }

    GatewayFixture(GatewayConfig.Builder config, @Nullable FakeModelServer manager, @Nullable SslContext upstreamTls) {
        this(config, manager, upstreamTls, GatewayObservation.NONE);
    }

    GatewayFixture(
            GatewayConfig.Builder config,
            @Nullable FakeModelServer manager,
            @Nullable SslContext upstreamTls,
            GatewayObservation observation) {
        this(config, manager, upstreamTls, observation, new AccessTable());
    }

    /** A node that shares limits with others. */
    static GatewayFixture sharing(LimitSlices slices) {
        return new GatewayFixture(
                GatewayConfig.builder(), null, null, GatewayObservation.NONE, new AccessTable(slices));
    }

    private GatewayFixture(
            GatewayConfig.Builder config,
            @Nullable FakeModelServer manager,
            @Nullable SslContext upstreamTls,
            GatewayObservation observation,
            AccessTable table) {
        this.table = table;
        this.changes = new SingleChanges(table);
        table.load(1, snapshot -> {
            snapshot.endpoint(endpoint("bot", TaskType.TEXT2TEXT));
            snapshot.endpoint(endpoint("embedder", TaskType.EMBEDDING));
            snapshot.key(entry("key_project", "acme", Grants.ofEntireProject(), CredentialState.ACTIVE, null, key));
        });
        ManagerUpstream upstream = managerAt(manager == null ? 1 : manager.port());
        GatewayConfig built = config.host("127.0.0.1").port(0).threads(2).build();
        InstantSource clock = InstantSource.fixed(NOW);
        LongSupplier ticker = () -> System.nanoTime() + leap.get();
        server = upstreamTls == null
                ? GatewayServer.start(
                        built, table, this, this::ask, upstream, this::id, clock, ticker, observation, outward)
                : GatewayServer.start(
                        built,
                        table,
                        this,
                        this::ask,
                        upstream,
                        this::id,
                        clock,
                        ticker,
                        observation,
                        outward,
                        UpstreamTls.of(upstreamTls));
    }

    /** A gateway with one event loop that knows the same keys. */
    GatewayServer another(ManagerUpstream upstream) {
        return GatewayServer.start(
                GatewayConfig.builder().host("127.0.0.1").port(0).threads(1).build(),
                table,
                this,
                this::ask,
                upstream,
                this::id,
                InstantSource.fixed(NOW),
                System::nanoTime,
                GatewayObservation.NONE,
                outward);
    }

    static ManagerUpstream managerAt(int port) {
        ManagerUpstream upstream = new ManagerUpstream(INTERNAL);
        upstream.listensAt(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return upstream;
    }

    private Budgets.Request ask(List<NodeLedger.Claim> claims, Runnable decided) {
        return budgets.ask(claims, decided);
    }

    private String id(String prefix) {
        Runnable held = atNextId.getAndSet(null);
        if (held != null) {
            held.run();
        }
        return prefix + "_" + ids.incrementAndGet();
    }

    static EndpointEntry endpoint(String slug, TaskType type) {
        return endpoint(slug, type, Limits.NONE);
    }

    static EndpointEntry endpoint(String slug, TaskType type, Limits limits) {
        return new EndpointEntry("wl_" + slug, "acme", slug, type, "simulator", 1_700_000_000, limits, true);
    }

    static KeyEntry entry(
            String id,
            String project,
            Grants grants,
            CredentialState state,
            @Nullable Instant expiresAt,
            LiveKey... keys) {
        return entry(id, project, grants, state, expiresAt, Limits.NONE, keys);
    }

    static KeyEntry entry(
            String id,
            String project,
            Grants grants,
            CredentialState state,
            @Nullable Instant expiresAt,
            Limits limits,
            LiveKey... keys) {
        return new KeyEntry(
                id,
                project,
                grants,
                state,
                expiresAt,
                limits,
                Arrays.stream(keys)
                        .map(key -> new CredentialSecret(
                                key.publicId(), SecretDigest.of(key.secretSha256()), NOW, null, null, null))
                        .toList());
    }

    /** A new key, known to the gateway. */
    LiveKey mint(String id, String project, Grants grants, CredentialState state, @Nullable Instant expiresAt) {
        LiveKey minted = LiveKey.mint(random);
        changes.putKey(entry(id, project, grants, state, expiresAt, minted));
        return minted;
    }

    /** A key for the whole project with these limits; minted anew for the same id, it is a changed key with another secret. */
    LiveKey mintLimited(String id, Limits limits) {
        LiveKey minted = LiveKey.mint(random);
        limit(id, minted, limits);
        return minted;
    }

    /** A key for the whole project under this budget. */
    LiveKey mintBudgeted(String id, Budget budget) {
        LiveKey minted = LiveKey.mint(random);
        KeyEntry plain = entry(id, "acme", Grants.ofEntireProject(), CredentialState.ACTIVE, null, minted);
        changes.putKey(new KeyEntry(
                id,
                plain.projectSlug(),
                plain.grants(),
                plain.state(),
                null,
                plain.limits(),
                List.of(budget),
                plain.secrets()));
        return minted;
    }

    void limit(String id, LiveKey minted, Limits limits) {
        changes.putKey(entry(id, "acme", Grants.ofEntireProject(), CredentialState.ACTIVE, null, limits, minted));
    }

    void limitBot(Limits limits) {
        changes.putEndpoint(endpoint("bot", TaskType.TEXT2TEXT, limits));
    }

    LiveKey mintFor(String workload) {
        return mint("key_" + workload, "acme", Grants.ofWorkloads(Set.of(workload)), CredentialState.ACTIVE, null);
    }

    static ReplicaTarget target(String id, URI url) {
        return new ReplicaTarget(id, url, MODEL, SECRET);
    }

    GatewayFixture serve(String workload, FakeModelServer... servers) {
        List<ReplicaTarget> targets = new ArrayList<>();
        for (FakeModelServer model : servers) {
            targets.add(target("rep_" + targets.size(), model.url()));
        }
        table.setBackends("wl_" + workload, new Backends.Ready(targets));
        return this;
    }

    RawClient client() throws IOException {
        return new RawClient(server.port());
    }

    /** Over TLS, shaking hands at once. */
    RawClient tlsClient(SSLContext trust) throws IOException {
        return new RawClient(TestIdentity.connect(trust, server.port()));
    }

    /** One request on a connection of its own. */
    RawClient.Answer post(String path, String credential, String body, String... headers) throws IOException {
        try (RawClient client = client()) {
            return client.post(path, credential, body, headers).answer();
        }
    }

    RawClient.Answer chat(String body) throws IOException {
        return post(CHAT, key.reveal(), body);
    }

    /** The next usage record, which must come within ten seconds. */
    UsageRecord record() {
        return poll(records);
    }

    static <T> T poll(BlockingQueue<T> queue) {
        try {
            T next = queue.poll(10, TimeUnit.SECONDS);
            if (next == null) {
                throw new AssertionError("nothing was reported");
            }
            return next;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void requestEnded(UsageRecord usage) {
        records.add(usage);
    }

    @Override
    public boolean acceptsRequests() {
        return !meteringFull;
    }

    @Override
    public void demandWithoutReplica(String workloadId) {
        if (failOnDemand) {
            throw new IllegalStateException("boom");
        }
        demands.add(workloadId);
    }

    @Override
    public void wrongPlaneCredential(MisplacedCredential credential, String clientAddress, String path) {
        wrongPlanes.add(List.of(credential.display(), clientAddress, path));
    }

    @Override
    public void close() {
        server.close();
    }
}
