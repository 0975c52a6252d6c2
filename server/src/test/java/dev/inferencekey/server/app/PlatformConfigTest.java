package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.upstream.UpstreamRule;
import dev.inferencekey.server.domain.upstream.UpstreamRules;
import dev.inferencekey.server.gateway.GatewayConfig;
import dev.inferencekey.server.ports.usage.JournalFullPolicy;
import dev.inferencekey.server.runtime.isolation.EngineIsolation;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PlatformConfigTest {
    private static final Path FOLDER = Path.of("/data");

    @Test
    void defaultsReachNobodyButThisMachine() {
        assertThat(PlatformConfig.defaults(FOLDER))
                .isEqualTo(new PlatformConfig(
                        FOLDER,
                        List.of(),
                        new EngineConfig(EngineIsolation.AUTO, Duration.ofHours(1), List.of(), null, Map.of()),
                        "info",
                        JournalFullPolicy.SERVE_UNMETERED,
                        ObservabilityConfig.defaults(),
                        GatewayConfig.defaults(),
                        UpstreamRules.NONE,
                        Recovery.NONE));
        assertThat(PlatformConfig.defaults(FOLDER).gateway().host()).isEqualTo("127.0.0.1");
    }

    @Test
    void everythingCanBeSet() {
        GatewayConfig gateway =
                GatewayConfig.builder().host("0.0.0.0").port(0).threads(3).build();
        EngineConfig engines = EngineConfig.defaults()
                .withIsolation(EngineIsolation.LANDLOCK)
                .withStartTimeout(Duration.ofMinutes(5))
                .withModels(List.of(Path.of("/srv/models")))
                .withFlags(Path.of("/etc/flags"))
                .withVllmEnvironments(Map.of("0.11.0", Path.of("/opt/vllm")));
        UpstreamRules rules = new UpstreamRules(
                List.of(UpstreamRule.parse("10.0.0.0/8")), List.of(UpstreamRule.parse("10.0.0.1:22")));
        PlatformConfig set = PlatformConfig.defaults(FOLDER)
                .withEmbeddedEngine(List.of("java", "Engine"))
                .withEngines(engines)
                .withLogLevel("TRACE")
                .withWhenJournalIsFull(JournalFullPolicy.REFUSE)
                .withObservability(ObservabilityConfig.defaults().withAdminHost("::1"))
                .withGateway(gateway)
                .withRecovery(new Recovery(true, true))
                .withUpstreams(rules);
        assertThat(set)
                .isEqualTo(new PlatformConfig(
                        FOLDER,
                        List.of("java", "Engine"),
                        engines,
                        "trace",
                        JournalFullPolicy.REFUSE,
                        ObservabilityConfig.defaults().withAdminHost("::1"),
                        gateway,
                        rules,
                        new Recovery(true, true)));
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        PlatformConfig defaults = PlatformConfig.defaults(FOLDER);
        assertThatThrownBy(() -> EngineConfig.defaults().withStartTimeout(Duration.ZERO))
                .hasMessageContaining("must be positive");
        assertThatThrownBy(() -> defaults.withLogLevel("loud"))
                .hasMessage("the log level must be error, warn, info, debug or trace, was \"loud\"");
    }
}
