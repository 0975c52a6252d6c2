package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.background.webhook.WebhookReceiver;
import dev.inferencekey.server.domain.HelpPages;
import dev.inferencekey.server.domain.node.NodeRole;
import dev.inferencekey.server.domain.node.WhenCutOff;
import dev.inferencekey.server.domain.upstream.UpstreamRule;
import dev.inferencekey.server.domain.upstream.UpstreamRules;
import dev.inferencekey.server.gateway.ControlListener;
import dev.inferencekey.server.gateway.EdgeConfig;
import dev.inferencekey.server.gateway.GatewayConfig;
import dev.inferencekey.server.gateway.NodeListener;
import dev.inferencekey.server.gateway.TlsFiles;
import dev.inferencekey.server.ports.usage.JournalFullPolicy;
import dev.inferencekey.server.runtime.isolation.EngineIsolation;
import dev.inferencekey.server.store.postgres.PostgresAddress;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlatformConfigTest {
    private static final Path FOLDER = Path.of("/data");
    private static final String WEBHOOK_SECRET = "whsec_" + "A".repeat(32);
    private static final EdgeConfig NODES = EdgeConfig.defaults()
            .withNodeListener(new NodeListener(
                    "0.0.0.0", 9443, new TlsFiles(Path.of("node.crt"), Path.of("node.key")), Path.of("nodes.crt")));

    @Test
    void defaultsReachNobodyButThisMachine() {
        assertThat(PlatformConfig.defaults(FOLDER))
                .isEqualTo(new PlatformConfig(
                        FOLDER,
                        new StoreConfig.SqliteFile(),
                        new MasterKeySource.DataFolderFile(),
                        new NodeConfig(
                                "node",
                                NodeRole.ALL,
                                Duration.ofSeconds(10),
                                WhenCutOff.SERVE,
                                Duration.ofHours(1),
                                true,
                                null),
                        List.of(),
                        new EngineConfig(EngineIsolation.AUTO, Duration.ofHours(1), List.of(), null, Map.of()),
                        "info",
                        JournalFullPolicy.SERVE_UNMETERED,
                        ObservabilityConfig.defaults(),
                        GatewayConfig.defaults(),
                        UpstreamRules.NONE,
                        null,
                        Recovery.NONE,
                        Hosting.OWN_PROCESS,
                        Documentation.NONE));
        assertThat(PlatformConfig.defaults(FOLDER).gateway().host()).isEqualTo("127.0.0.1");
    }

    @Test
    void everythingCanBeSet() {
        GatewayConfig gateway = GatewayConfig.builder()
                .host("0.0.0.0")
                .port(0)
                .threads(3)
                .edge(NODES)
                .build();
        EngineConfig engines = EngineConfig.defaults()
                .withIsolation(EngineIsolation.LANDLOCK)
                .withStartTimeout(Duration.ofMinutes(5))
                .withModels(List.of(Path.of("/srv/models")))
                .withFlags(Path.of("/etc/flags"))
                .withVllmEnvironments(Map.of("0.11.0", Path.of("/opt/vllm")));
        UpstreamRules rules = new UpstreamRules(
                List.of(UpstreamRule.parse("10.0.0.0/8")), List.of(UpstreamRule.parse("10.0.0.1:22")));
        StoreConfig store = new StoreConfig.Postgres(
                PostgresAddress.parse("postgresql://ik@db.example.com/inferencekey"), Duration.ZERO);
        MasterKeySource masterKey = new MasterKeySource.File(Path.of("/etc/master.key"));
        NodeConfig node = NodeConfig.defaults()
                .withName("a.example.com")
                .withRole(NodeRole.MANAGER)
                .withLease(Duration.ofSeconds(5))
                .withWhenCutOff(WhenCutOff.REFUSE)
                .withWhenCutOffFor(Duration.ZERO)
                .withEngines(false)
                .withAdvertised("a.example.com:9443");
        WebhookReceiver webhook = WebhookReceiver.of("https://hooks.example.com/in", List.of(WEBHOOK_SECRET));
        URI address = URI.create("https://docs.example.com");
        Documentation documentation = new Documentation(Path.of("/srv/site"), address);
        PlatformConfig set = PlatformConfig.builder(FOLDER)
                .store(store)
                .masterKey(masterKey)
                .node(node)
                .embeddedEngine(List.of("java", "Engine"))
                .engines(engines)
                .logLevel("TRACE")
                .whenJournalIsFull(JournalFullPolicy.REFUSE)
                .observability(ObservabilityConfig.defaults().withAdminHost("::1"))
                .gateway(gateway)
                .recovery(new Recovery(true, true))
                .upstreams(rules)
                .webhook(webhook)
                .hosting(Hosting.GUEST)
                .documentation(documentation)
                .build();
        assertThat(set)
                .isEqualTo(new PlatformConfig(
                        FOLDER,
                        store,
                        masterKey,
                        new NodeConfig(
                                "a.example.com",
                                NodeRole.MANAGER,
                                Duration.ofSeconds(5),
                                WhenCutOff.REFUSE,
                                Duration.ZERO,
                                false,
                                "a.example.com:9443"),
                        List.of("java", "Engine"),
                        engines,
                        "trace",
                        JournalFullPolicy.REFUSE,
                        ObservabilityConfig.defaults().withAdminHost("::1"),
                        gateway.ofNode(NodeRole.MANAGER, HelpPages.at(address)),
                        rules,
                        webhook,
                        new Recovery(true, true),
                        Hosting.GUEST,
                        documentation));
        assertThat(set.toBuilder().build()).isEqualTo(set);
    }

    @Test
    void refusalsLinkToWhatTheirCallersReach() {
        StoreConfig store = new StoreConfig.Postgres(
                PostgresAddress.parse("postgresql://ik@db.example.com/inferencekey"), Duration.ZERO);
        TlsFiles files = new TlsFiles(Path.of("tls.crt"), Path.of("tls.key"));
        EdgeConfig apart =
                EdgeConfig.defaults().withControlListener(new ControlListener("::1", 8443, files, Path.of("ca.crt")));
        Documentation own = new Documentation(Path.of("/srv/site"), null);
        PlatformConfig.Builder config =
                PlatformConfig.builder(FOLDER).store(store).documentation(own);
        assertThat(own.ofControlPlane()).isEqualTo(HelpPages.OWN);
        assertThat(config.build().gateway().edge().help()).isEqualTo(HelpPages.OWN);
        assertThat(config.gateway(GatewayConfig.builder().edge(apart).build())
                        .build()
                        .gateway()
                        .edge()
                        .help())
                .isNull();
        assertThat(config.gateway(GatewayConfig.defaults())
                        .node(NodeConfig.defaults().withRole(NodeRole.GATEWAY))
                        .build()
                        .gateway()
                        .edge()
                        .help())
                .isNull();
        Documentation elsewhere = new Documentation(null, URI.create("https://docs.example.com"));
        assertThat(config.documentation(elsewhere).build().gateway().edge().help())
                .isEqualTo(new HelpPages("https://docs.example.com/"));
    }

    @Test
    void aNodeThatOnlyServesCallsIsGivenNoSecretOfWebhooks() {
        PlatformConfig.Builder config = PlatformConfig.builder(FOLDER)
                .store(new StoreConfig.Postgres(
                        PostgresAddress.parse("postgresql://ik@db.example.com/inferencekey"), Duration.ZERO))
                .node(NodeConfig.defaults().withRole(NodeRole.GATEWAY))
                .webhook(WebhookReceiver.of("https://hooks.example.com/in", List.of(WEBHOOK_SECRET)));
        assertThatThrownBy(config::build)
                .hasMessage(
                        "a node that is only a gateway sends no webhooks; name their receiver, and its secret, on the"
                                + " others");
    }

    @Test
    void aNodeOfOneRoleNeedsAStoreThatOthersShare() {
        PlatformConfig.Builder config =
                PlatformConfig.builder(FOLDER).node(NodeConfig.defaults().withRole(NodeRole.GATEWAY));
        assertThatThrownBy(config::build)
                .hasMessage("a node that is only a gateway needs a store that others share: PostgreSQL");
    }

    @Test
    void aNodeThatOthersCallNeedsAStoreThatTheyShareAndAListenerForThem() {
        NodeConfig advertised = NodeConfig.defaults().withAdvertised("[::1]:9443");
        GatewayConfig listening = GatewayConfig.builder().edge(NODES).build();
        assertThatThrownBy(() -> PlatformConfig.builder(FOLDER)
                        .node(advertised)
                        .gateway(listening)
                        .build())
                .hasMessage("a node that other nodes call needs a store that they share: PostgreSQL");
        StoreConfig store = new StoreConfig.Postgres(
                PostgresAddress.parse("postgresql://ik@db.example.com/inferencekey"), Duration.ZERO);
        assertThatThrownBy(() -> PlatformConfig.builder(FOLDER)
                        .store(store)
                        .node(advertised)
                        .build())
                .hasMessageContaining("if, and only if, it has a listener for other nodes");
        assertThatThrownBy(() -> PlatformConfig.builder(FOLDER)
                        .store(store)
                        .gateway(listening)
                        .build())
                .hasMessageContaining("if, and only if, it has a listener for other nodes");
        for (String wrong : List.of("", "node-a", "node-a:", "http://a:1", "a b:1", "-a:1", "::1:9443")) {
            assertThatThrownBy(() -> NodeConfig.defaults().withAdvertised(wrong))
                    .as(wrong)
                    .hasMessageContaining("a host and a port");
        }
    }

    @Test
    void aNodeThatOnlyServesCallsRunsNoEngines() {
        assertThat(NodeConfig.defaults().runsEngines()).isTrue();
        assertThat(NodeConfig.defaults().withEngines(false).runsEngines()).isFalse();
        assertThat(NodeConfig.defaults().withRole(NodeRole.GATEWAY).runsEngines())
                .isFalse();
        assertThat(NodeConfig.defaults().withRole(NodeRole.MANAGER).runsEngines())
                .isTrue();
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatThrownBy(() -> EngineConfig.defaults().withStartTimeout(Duration.ZERO))
                .hasMessageContaining("must be positive");
        assertThatThrownBy(() -> PlatformConfig.builder(FOLDER).logLevel("loud").build())
                .hasMessage("the log level must be error, warn, info, debug or trace, was \"loud\"");
        NodeConfig node = NodeConfig.defaults();
        assertThatThrownBy(() -> node.withName("two words")).hasMessageContaining("node name must be 1 to 63");
        assertThatThrownBy(() -> node.withLease(Duration.ofMillis(999))).hasMessageContaining("between 1s and 5m");
        assertThatThrownBy(() -> node.withWhenCutOffFor(Duration.ofDays(8))).hasMessageContaining("at most 7d");
    }
}
