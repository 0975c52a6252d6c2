package dev.inferencekey.server.app;

import dev.inferencekey.server.admin.AdminStartException;
import dev.inferencekey.server.background.ExpiredRecords;
import dev.inferencekey.server.background.IdleHeap;
import dev.inferencekey.server.background.access.AccessFeed;
import dev.inferencekey.server.background.budget.BudgetLedger;
import dev.inferencekey.server.background.budget.LateSpending;
import dev.inferencekey.server.background.engine.EngineAgent;
import dev.inferencekey.server.background.engine.ReplicaBoard;
import dev.inferencekey.server.background.limit.LimitSliceExchange;
import dev.inferencekey.server.background.node.NodeConflictException;
import dev.inferencekey.server.background.node.NodeLife;
import dev.inferencekey.server.background.node.NodeMetrics;
import dev.inferencekey.server.background.node.NodeReceipts;
import dev.inferencekey.server.background.usage.UsageImport;
import dev.inferencekey.server.background.usage.UsageRollUps;
import dev.inferencekey.server.background.webhook.WebhookCounts;
import dev.inferencekey.server.background.webhook.WebhookDelivery;
import dev.inferencekey.server.background.webhook.WebhookSender;
import dev.inferencekey.server.dashboard.Dashboard;
import dev.inferencekey.server.domain.node.Node;
import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.gateway.AccessTable;
import dev.inferencekey.server.gateway.ControlListener;
import dev.inferencekey.server.gateway.EdgeConfig;
import dev.inferencekey.server.gateway.GatewayServer;
import dev.inferencekey.server.gateway.GatewayStartException;
import dev.inferencekey.server.gateway.ManagerUpstream;
import dev.inferencekey.server.journal.JournalConfig;
import dev.inferencekey.server.journal.MappedUsageJournal;
import dev.inferencekey.server.manager.ControlPlane;
import dev.inferencekey.server.manager.ManagerConfig;
import dev.inferencekey.server.manager.ManagerServer;
import dev.inferencekey.server.manager.access.InvitationCredential;
import dev.inferencekey.server.manager.access.OperatorCredential;
import dev.inferencekey.server.manager.http.EndpointAddress;
import dev.inferencekey.server.ports.IdSource;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.node.Membership;
import dev.inferencekey.server.ports.runtime.RuntimeDriver;
import dev.inferencekey.server.ports.schedule.Schedule;
import dev.inferencekey.server.ports.store.NewerDataException;
import dev.inferencekey.server.ports.store.Store;
import dev.inferencekey.server.ports.store.StoreUnavailableException;
import dev.inferencekey.server.runtime.process.ProcessDriver;
import dev.inferencekey.server.runtime.process.ProcessDriverConfig;
import dev.inferencekey.server.store.postgres.PostgresStore;
import dev.inferencekey.server.store.sql.SqlStore;
import dev.inferencekey.server.store.sqlite.SqliteStore;
import dev.inferencekey.server.telemetry.TelemetryStartException;
import dev.inferencekey.server.vault.Argon2PasswordHasher;
import dev.inferencekey.server.vault.InstallationMark;
import dev.inferencekey.server.vault.MasterKeyException;
import dev.inferencekey.server.vault.TimeOrderedIds;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole platform in one process, wired by hand: read {@link #Platform(PlatformConfig, InstantSource, Consumer, Closing)} from top to bottom to see the program.
 *
 * <p>Thread-safe. {@link #close} is idempotent.
 */
public final class Platform implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Platform.class);
    private static final int INTERNAL_SECRET_BYTES = 32;

    private final Closing closing;
    // Guarded by this.
    private PlatformConfig config;
    private final GatewayServer gateway;
    private final EngineWiring engines;
    private final PlatformHealth health;
    /** Nothing until the gateway listens. */
    private final URI url;

    private final Optional<URI> controlUrl;

    private final Optional<URI> adminUrl;
    private final OperatorCredential operator;
    private final Optional<InvitationCredential> ownerInvitation;

    /** {@code closing} closes in the opposite order: first what takes requests, last what they need. */
    private Platform(PlatformConfig config, InstantSource clock, Consumer<String> notices, Closing closing) {
        this.closing = closing;
        this.config = config;
        NodeRole role = config.node().role();
        SecureRandom random = new SecureRandom();
        IdSource ids = new TimeOrderedIds(clock, random);

        // What is kept: one process owns the folder, then opens what is in it.
        DataFolder folder = closing.later(DataFolder.open(config.dataFolder()));
        boolean guest = config.hosting() == Hosting.GUEST;
        if (guest) {
            closing.later(LoadAhead.begin(config.gateway().transport()));
        }
        if (guest) {
            closing.later(GuestLogging.attach(config, folder.logs()));
        } else {
            Logging.configure(config, folder.logs());
        }
        if (folder.isOpenToItsGroup()) {
            LOG.atWarn()
                    .addKeyValue("folder", config.dataFolder())
                    .log("the data folder can be changed by its group, who could exchange the database and the keys");
        }
        SqlStore store = closing.later(
                switch (config.store()) {
                    case StoreConfig.SqliteFile file -> {
                        InstallationCheck.refuseLostDatabase(
                                folder, config.recovery().acceptsEmptyDatabase());
                        yield file.durable()
                                ? SqliteStore.open(folder.database())
                                : SqliteStore.makeVolatile(folder.database());
                    }
                    case StoreConfig.Postgres shared ->
                        PostgresStore.await(shared.address(), role.servesControlPlane(), shared.startWait(), notices);
                });
        if (config.store() instanceof StoreConfig.Postgres shared) {
            ClockCheck.compare(store, clock, notices);
            if (!role.servesControlPlane()) {
                InstallationCheck.requireBegun(store, shared.address().toString());
            }
        }
        SecretCipher cipher = InstallationCheck.openMasterKey(
                config.masterKey(),
                folder.root(),
                store,
                random,
                config.recovery().acceptsNewMasterKey());
        String installationMark = InstallationMark.of(MasterKeys.read(config.masterKey(), folder.root()));

        // The data plane's memory, and who keeps it up to date.
        LimitSliceExchange slices = store.sharedByNodes() ? new LimitSliceExchange(store, System::nanoTime) : null;
        AccessTable accessTable = slices == null ? new AccessTable() : new AccessTable(slices);
        health = new PlatformHealth(
                store, role.servesControlPlane() ? cipher : null, accessTable, clock, System::nanoTime);

        // How it can be watched: opens early and closes late, so that it tells of the start and of the stop.
        Observability watched = Observability.open(config, folder, health, guest ? Map.of() : System.getenv(), closing);

        // What an earlier start left running ends before the others hear that it is over, and start the same.
        ProcessDriverConfig processes = EngineSetUp.processes(config, folder);
        RuntimeDriver localEngines = closing.later(new ProcessDriver(processes, random));

        // Known to the other nodes before it reads what it serves by; leaves them when it serves nothing any more.
        NodeLife node = closing.later(NodeLife.register(
                node(config.node(), ids.next("node"), folder.homeId(() -> ids.next("home"))),
                store,
                accessTable,
                System::nanoTime));
        health.isNode(node::holdsLease);
        watched.add(new NodeMetrics(node));
        ReplicaBoard replicas = new ReplicaBoard(node.id(), cipher, accessTable);
        if (config.node().role().servesControlPlane()) {
            EngineAgent.forgetEarlierRuns(store);
        }
        AccessFeed accessFeed = closing.later(new AccessFeed(store, accessTable));
        accessFeed.tells(replicas);
        accessFeed.onAcknowledgements(node::othersAcknowledged);
        accessFeed.start(node::acknowledge);
        node.start(accessFeed);
        if (slices != null) {
            closing.later(slices).start(node);
            watched.add(slices);
        }

        // What runs here, and who decides that for all nodes.
        engines = EngineWiring.start(
                new EngineWiring.Parts(
                        config,
                        localEngines,
                        store,
                        cipher,
                        accessTable,
                        replicas,
                        node,
                        accessFeed,
                        ids,
                        clock,
                        random),
                watched.adminPort(),
                closing);

        // What was used: into the journal before the caller has its answer, from there to the store.
        MappedUsageJournal journal = closing.later(MappedUsageJournal.open(JournalConfig.defaults(folder.journal())));
        BudgetLedger budgets = new BudgetLedger(store, ids, clock, node, store.sharedByNodes());
        UsageImport usage = closing.later(new UsageImport(
                new UsageImport.Parts(
                        journal,
                        config.whenJournalIsFull(),
                        new LateSpending(budgets),
                        store.patient(),
                        ids,
                        clock,
                        random,
                        engines.reconciler()),
                UsageImport.DEFAULT_INTERVAL));
        usage.start();
        closing.later(budgets).start(); // Ends before the import: what ends with it goes into the journal.

        WebhookCounts webhookCounts = new WebhookCounts();
        watched.add(webhookCounts);
        if (config.node().role().servesControlPlane()) {
            Schedule schedule = closing.later(store.schedule(config.node().name(), clock, random));
            doOnce(schedule, store.patient(), node, clock);
            if (config.webhook() != null) {
                // Closes before the schedule, which then waits for no receiver.
                WebhookSender sender = closing.later(new WebhookSender(config.webhook(), installationMark));
                schedule.every(
                        "webhook-delivery",
                        WebhookDelivery.INTERVAL,
                        new WebhookDelivery(store, sender, webhookCounts, clock, random)::round);
            }
            schedule.start();
        }

        if (!guest) {
            closing.later(new IdleHeap(IdleHeap.DEFAULT_INTERVAL)).start();
        }
        watched.add(journal);
        watched.add(usage);
        watched.add(budgets);
        health.meters(usage);

        // The one address: inference is served from here on, and calls to the control plane wait until that is there.
        String internalSecret = randomHex(random);
        ManagerUpstream upstream =
                role.servesControlPlane() ? new ManagerUpstream(internalSecret) : ManagerUpstream.none(health);
        gateway = GatewayServer.start(
                config.gateway(),
                accessTable,
                usage,
                budgets,
                upstream,
                ids,
                clock,
                System::nanoTime,
                watched.ofGateway(),
                engines.outward(installationMark));
        engines.ownPorts().add(gateway.port());
        gateway.controlPort().ifPresent(engines.ownPorts()::add);
        gateway.nodePort().ifPresent(engines.ownPorts()::add);
        engines.peers().set(gateway);

        // The control plane, reachable only through the gateway, which therefore closes before it.
        operator = OperatorCredential.mint(random);
        Optional<InvitationCredential> invitation = Optional.empty();
        try {
            if (role.servesControlPlane()) {
                // Whoever waits for readiness may read the credential next.
                folder.writeOperatorCredential(operator.reveal());
            }
            watched.add(gateway.metrics());
            health.listens(gateway);
            accessFeed.endsRequestsOf(gateway);
            node.onDraining(drains -> {
                health.drains(drains);
                gateway.sendElsewhere(drains);
            });
            if (role.servesControlPlane()) {
                ControlPlane controlPlane = new ControlPlane(new ControlPlane.Parts(
                        store,
                        ids,
                        clock,
                        random,
                        new Argon2PasswordHasher(random),
                        cipher,
                        engines.runtime(),
                        new NodeReceipts(
                                accessFeed, node, config.node().role().servesDataPlane(), clock, System::nanoTime),
                        node,
                        processes.rules(),
                        health,
                        engines.counts(),
                        usage));
                invitation = controlPlane.setUp().ensure(config.node().name());
                Dashboard dashboard =
                        new Dashboard(controlPlane, config.documentation().site());
                ManagerServer manager = closing.later(ManagerServer.start(
                        controlPlane,
                        new ManagerConfig(
                                internalSecret,
                                operator.digest(),
                                endpoints(config.gateway().edge(), gateway.port()),
                                ManagerConfig.DEFAULT_KEEP_ALIVE,
                                config.documentation().ofControlPlane()),
                        dashboard.routes(),
                        dashboard.errorPages()));
                engines.ownPorts().add(manager.port());
                upstream.listensAt(new InetSocketAddress(InetAddress.getLoopbackAddress(), manager.port()));
            }
        } finally {
            closing.later(gateway);
        }
        ownerInvitation = invitation;
        EdgeConfig edge = config.gateway().edge();
        url = url(edge.tls() == null ? "http" : "https", config.gateway().host(), gateway.port());
        ControlListener apart = role.servesControlPlane() ? edge.controlListener() : null;
        controlUrl = apart == null
                ? Optional.empty()
                : Optional.of(url("https", apart.host(), gateway.controlPort().orElseThrow()));
        adminUrl = watched.adminUrl();
        LOG.atInfo().addKeyValue("url", url).log("platform started");
    }

    /**
     * Starts everything; when this returns, requests are served.
     *
     * @param clock says what time it is, for everything that expires, is recorded or is due; a process that is used for real hands in the
     *     system's. How long something takes is measured apart from it.
     * @throws StartupException if it can't; nothing is left running
     */
    public static Platform start(PlatformConfig config, InstantSource clock) {
        return start(config, clock, _ -> {});
    }

    /**
     * The same for a person who watches.
     *
     * @param notices is told, in sentences, what the start waits for and what should be looked at
     */
    public static Platform start(PlatformConfig config, InstantSource clock, Consumer<String> notices) {
        Closing closing = new Closing();
        try {
            return new Platform(
                    config,
                    clock,
                    notice -> {
                        LOG.warn(notice);
                        notices.accept(notice);
                    },
                    closing);
        } catch (AdminStartException
                | GatewayStartException
                | MasterKeyException
                | NodeConflictException
                | NewerDataException
                | StoreUnavailableException
                | TelemetryStartException e) {
            closing.close();
            throw new StartupException(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException | Error e) {
            closing.close();
            throw e;
        }
    }

    private static Node.Declared node(NodeConfig config, String id, String homeId) {
        String version = Platform.class.getPackage().getImplementationVersion();
        return new Node.Declared(
                id,
                homeId,
                config.name(),
                version == null ? "development" : version,
                config.role(),
                config.runsEngines(),
                config.advertised(),
                config.lease(),
                config.whenCutOff(),
                config.whenCutOffFor());
    }

    /** What one node at a time does for all of them. */
    private static void doOnce(Schedule schedule, Store store, Membership membership, InstantSource clock) {
        UsageRollUps rollUps = new UsageRollUps(store, clock);
        schedule.every("usage-roll-up", UsageRollUps.INTERVAL, rollUps::round);
        ExpiredRecords expired = new ExpiredRecords(store, membership, clock);
        schedule.every("expired-records", ExpiredRecords.INTERVAL, _ -> expired.forget());
    }

    private static EndpointAddress endpoints(EdgeConfig edge, int port) {
        EndpointAddress.Listener apart = edge.controlListener() == null
                ? null
                : new EndpointAddress.Listener(edge.tls() == null ? "http" : "https", port);
        return new EndpointAddress(edge.publicUrl(), apart);
    }

    /**
     * Takes over what may change while it runs: all of it or, if it throws, nothing. What callers ask for later is judged by it; connections that
     * are open keep their request. Files that are named stay as they were read, except those of TLS.
     *
     * @throws ReloadException if anything else differs from what it runs with
     */
    public synchronized void reload(PlatformConfig fresh) {
        if (!config.reloaded(fresh).equals(fresh)) {
            throw new ReloadException();
        }
        boolean otherUpstreams = !config.upstreams().equals(fresh.upstreams());
        Logging.level(fresh.logLevel());
        engines.upstreamRules().set(fresh.upstreams());
        gateway.reload(fresh.gateway(), otherUpstreams);
        config = fresh;
    }

    /** The address that clients use. */
    public URI url() {
        return url;
    }

    /** The address of the control plane, if it has one of its own; callers need a certificate there. */
    public Optional<URI> controlUrl() {
        return controlUrl;
    }

    /** Where metrics and health are served, if they are. */
    public Optional<URI> adminUrl() {
        return adminUrl;
    }

    /** What opens the control plane to commands of this process; ends with the platform. A secret. */
    public String operatorCredential() {
        return operator.reveal();
    }

    /** Where the owner sets up an account, while there is none: a link that works once. A secret. */
    public Optional<URI> setUpLink() {
        URI control = controlUrl.orElse(url);
        return ownerInvitation.map(invitation -> URI.create(control + "/join#" + invitation.reveal()));
    }

    @Override
    public void close() {
        health.stops();
        closing.close();
    }

    private static String randomHex(SecureRandom random) {
        byte[] bytes = new byte[INTERNAL_SECRET_BYTES];
        random.nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    static URI url(String scheme, String host, int port) {
        return URI.create(scheme + "://" + reachable(host) + ":" + port);
    }

    /** An address to connect to, where {@code host} is one to listen on. */
    private static String reachable(String host) {
        return switch (host) {
            case "0.0.0.0", "::", "" -> "127.0.0.1";
            default -> host.contains(":") ? "[" + host + "]" : host;
        };
    }
}
