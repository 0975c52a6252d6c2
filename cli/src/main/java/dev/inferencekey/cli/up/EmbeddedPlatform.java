package dev.inferencekey.cli.up;

import dev.inferencekey.cli.api.RefusedException;
import dev.inferencekey.cli.api.UsageException;
import dev.inferencekey.cli.command.DocumentationPlace;
import dev.inferencekey.server.app.Documentation;
import dev.inferencekey.server.app.EngineConfig;
import dev.inferencekey.server.app.NodeConfig;
import dev.inferencekey.server.app.ObservabilityConfig;
import dev.inferencekey.server.app.ObservabilityConfig.AccessLogTarget;
import dev.inferencekey.server.app.ObservabilityConfig.ExactPort;
import dev.inferencekey.server.app.ObservabilityConfig.NoPort;
import dev.inferencekey.server.app.ObservabilityConfig.UsualPort;
import dev.inferencekey.server.app.Platform;
import dev.inferencekey.server.app.PlatformConfig;
import dev.inferencekey.server.app.Recovery;
import dev.inferencekey.server.app.ReloadException;
import dev.inferencekey.server.app.StartupException;
import dev.inferencekey.server.app.StoreConfig;
import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.domain.node.WhenCutOff;
import dev.inferencekey.server.domain.upstream.UpstreamRule;
import dev.inferencekey.server.domain.upstream.UpstreamRules;
import dev.inferencekey.server.gateway.ControlListener;
import dev.inferencekey.server.gateway.CorsPolicy;
import dev.inferencekey.server.gateway.EdgeConfig;
import dev.inferencekey.server.gateway.GatewayConfig;
import dev.inferencekey.server.gateway.NodeListener;
import dev.inferencekey.server.gateway.TlsFiles;
import dev.inferencekey.server.gateway.Transport;
import dev.inferencekey.server.gateway.TrustedProxies;
import dev.inferencekey.server.ports.usage.JournalFullPolicy;
import dev.inferencekey.server.runtime.isolation.EngineIsolation;
import dev.inferencekey.server.runtime.process.EmbeddedEngine;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The platform of this product, in this process. */
public final class EmbeddedPlatform implements PlatformLauncher {
    private static final String ALL_ADDRESSES = "0.0.0.0";
    private static final String ENGINE = "dev.inferencekey.engine.EngineMain";

    private final Consumer<String> notices;

    /** @param notices is told, in sentences, what a start waits for */
    public EmbeddedPlatform(Consumer<String> notices) {
        this.notices = notices;
    }

    @Override
    public RunningPlatform start(LaunchSettings settings) {
        try {
            return new Running(Platform.start(config(settings), InstantSource.system(), notices));
        } catch (StartupException e) {
            // Told in words that commands know which run without the server's classes.
            throw new RefusedException(0, "start_failed", String.valueOf(e.getMessage()), null, null);
        }
    }

    /** @throws UsageException if no platform can have these settings; nothing is opened or started */
    public static void check(LaunchSettings settings) {
        config(settings);
    }

    static PlatformConfig config(LaunchSettings settings) {
        PlatformConfig.Builder config = PlatformConfig.builder(settings.dataFolder())
                .store(store(settings))
                .masterKey(settings.masterKey())
                .node(node(settings.node()))
                .logLevel(settings.logLevel())
                .embeddedEngine(engineCommand())
                .engines(engines(settings.engines()))
                .observability(observability(settings.observability()))
                .gateway(gateway(settings))
                .recovery(new Recovery(
                        settings.recovery().emptyDatabase(), settings.recovery().newMasterKey()))
                .upstreams(new UpstreamRules(
                        rules("--allow-upstream", settings.upstreams().allowed()),
                        rules("--deny-upstream", settings.upstreams().denied())))
                .webhook(settings.webhook())
                .documentation(valid(
                        "--docs-url",
                        () -> new Documentation(
                                DocumentationPlace.site().orElse(null),
                                settings.edge().docsUrl())));
        given(
                settings.traffic().whenJournalFull(),
                policy -> config.whenJournalIsFull(JournalFullPolicy.valueOf(policy)));
        try {
            return config.build();
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    private static StoreConfig store(LaunchSettings settings) {
        if (settings.store() == null) {
            return new StoreConfig.SqliteFile();
        }
        Duration wait = settings.node().storeWait();
        return new StoreConfig.Postgres(
                settings.store(), wait == null ? StoreConfig.Postgres.DEFAULT_START_WAIT : wait);
    }

    private static NodeConfig node(LaunchSettings.Node settings) {
        NodeConfig defaults = NodeConfig.defaults();
        LaunchSettings.Peers peers = settings.peers();
        try {
            return new NodeConfig(
                    settings.name() == null ? hostName(defaults.name()) : settings.name(),
                    settings.role() == null
                            ? defaults.role()
                            : NodeRole.parse(settings.role()).orElseThrow(),
                    settings.lease() == null ? defaults.lease() : settings.lease(),
                    settings.whenCutOff() == null
                            ? defaults.whenCutOff()
                            : WhenCutOff.parse(settings.whenCutOff()).orElseThrow(),
                    settings.whenCutOffFor() == null ? defaults.whenCutOffFor() : settings.whenCutOffFor(),
                    settings.engines() == null ? defaults.engines() : settings.engines(),
                    peers == null ? null : peers.host() + ":" + peers.port());
        } catch (IllegalArgumentException e) {
            throw new UsageException("--node-name: " + e.getMessage());
        }
    }

    /** The host's name as far as it can be a node's, else {@code otherwise}. */
    private static String hostName(String otherwise) {
        try {
            String name = InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9._-]", "-");
            String shortened = name.substring(0, Math.min(name.length(), NodeConfig.MAX_NAME_LENGTH));
            return Character.isLetterOrDigit(shortened.charAt(0)) ? shortened : otherwise;
        } catch (UnknownHostException e) {
            return otherwise; // The host has a name that it doesn't know itself.
        }
    }

    private static List<UpstreamRule> rules(String option, List<String> texts) {
        return valid(option, () -> texts.stream().map(UpstreamRule::parse).toList());
    }

    private static EngineConfig engines(LaunchSettings.Engines settings) {
        EngineConfig engines = EngineConfig.defaults()
                .withModels(settings.models())
                .withFlags(settings.flags())
                .withVllmEnvironments(settings.vllmEnvironments())
                .withIsolation(EngineIsolation.parse(settings.isolation()).orElseThrow());
        return settings.startTimeout() == null ? engines : engines.withStartTimeout(settings.startTimeout());
    }

    private static GatewayConfig gateway(LaunchSettings settings) {
        LaunchSettings.Traffic traffic = settings.traffic();
        GatewayConfig.Builder gateway = GatewayConfig.builder()
                .host(settings.host())
                .port(settings.port())
                .edge(edge(settings.edge(), settings.node().peers()));
        given(traffic.maxBody(), gateway::maxJsonBodyBytes);
        given(traffic.maxUpload(), gateway::maxMultipartBodyBytes);
        given(traffic.maxHeader(), bytes -> gateway.maxHeaderBytes(Math.toIntExact(bytes)));
        given(traffic.headTimeout(), gateway::requestHeadTimeout);
        given(traffic.bodyTimeout(), gateway::requestBodyTimeout);
        given(traffic.keepAlive(), gateway::keepAliveTimeout);
        given(traffic.answerTimeout(), gateway::firstByteTimeout);
        given(traffic.idleTimeout(), gateway::upstreamIdleTimeout);
        given(traffic.totalTimeout(), gateway::totalTimeout);
        given(traffic.maxWait(), gateway::maxReadinessWait);
        given(traffic.maxWaiting(), gateway::maxHeldRequests);
        given(traffic.drain(), gateway::drainTime);
        given(traffic.stopTimeout(), gateway::stopTimeout);
        given(traffic.transport(), name -> gateway.transport(Transport.valueOf(name)));
        return gateway.build();
    }

    private static <T> void given(@Nullable T setting, Consumer<T> set) {
        if (setting != null) {
            set.accept(setting);
        }
    }

    private static EdgeConfig edge(LaunchSettings.Edge settings, LaunchSettings.@Nullable Peers peers) {
        LaunchSettings.Tls tls = settings.tls();
        LaunchSettings.Control control = settings.control();
        EdgeConfig edge = EdgeConfig.defaults().withTls(tls == null ? null : files(tls));
        edge = edge.withTrustedProxies(valid("--trusted-proxy", () -> new TrustedProxies(settings.trustedProxies())));
        edge = edge.withCors(valid("--cors-origin", () -> new CorsPolicy(new HashSet<>(settings.corsOrigins()))));
        EdgeConfig local = edge;
        edge = valid("--public-url", () -> local.withPublicUrl(settings.publicUrl()));
        return edge.withControlListener(
                        control == null
                                ? null
                                : new ControlListener(
                                        control.host(),
                                        control.port(),
                                        files(control.tls()),
                                        control.clientAuthority()))
                .withNodeListener(
                        peers == null
                                ? null
                                : new NodeListener(
                                        listenedOn(peers.host()), peers.port(), files(peers.tls()), peers.authority()));
    }

    /** Names the option whose value is refused. */
    private static <T> T valid(String option, Supplier<T> made) {
        try {
            return made.get();
        } catch (IllegalArgumentException e) {
            throw new UsageException(option + ": " + e.getMessage());
        }
    }

    /** The host itself if that is an address of this machine; else all of them, since others may know this machine by another one. */
    private static String listenedOn(String host) {
        try {
            InetAddress address = InetAddress.getByName(host);
            return NetworkInterface.getByInetAddress(address) == null ? ALL_ADDRESSES : address.getHostAddress();
        } catch (UnknownHostException | SocketException e) {
            return ALL_ADDRESSES;
        }
    }

    private static TlsFiles files(LaunchSettings.Tls tls) {
        return new TlsFiles(tls.certificate(), tls.privateKey());
    }

    private static ObservabilityConfig observability(LaunchSettings.Observability settings) {
        Integer port = settings.adminPort();
        return new ObservabilityConfig(
                settings.adminHost(),
                port == null
                        ? new UsualPort()
                        : port == LaunchSettings.Observability.NO_PORT ? new NoPort() : new ExactPort(port),
                AccessLogTarget.valueOf(settings.accessLog()),
                settings.otlpEndpoint(),
                settings.traceRatio());
    }

    /** The engine runs in a JVM of its own, small and quick to start: what takes long in it is not Java. */
    private static List<String> engineCommand() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:-CreateCoredumpOnCrash",
                "--enable-native-access=ALL-UNNAMED",
                "-Dde.kherud.llama.tmpdir=" + EmbeddedEngine.HOME + "/natives",
                "-cp",
                System.getProperty("java.class.path"),
                ENGINE);
    }

    private record Running(Platform platform) implements RunningPlatform {
        @Override
        public URI url() {
            return platform.url();
        }

        @Override
        public Optional<URI> controlUrl() {
            return platform.controlUrl();
        }

        @Override
        public Optional<URI> adminUrl() {
            return platform.adminUrl();
        }

        @Override
        public String operatorCredential() {
            return platform.operatorCredential();
        }

        @Override
        public Optional<URI> setUpLink() {
            return platform.setUpLink();
        }

        @Override
        public void reload(LaunchSettings settings) {
            try {
                platform.reload(config(settings));
            } catch (ReloadException e) {
                throw new NeedsRestartException(e);
            }
        }

        @Override
        public void close() {
            platform.close();
        }
    }
}
