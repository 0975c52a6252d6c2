package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.gateway.GatewayConfig;
import dev.inferencekey.server.ports.usage.JournalFullPolicy;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlatformConfigTest {
    private static final Path FOLDER = Path.of("/data");

    @Test
    void defaultsReachNobodyButThisMachine() {
        assertThat(PlatformConfig.defaults(FOLDER))
                .isEqualTo(new PlatformConfig(
                        FOLDER,
                        List.of(),
                        "info",
                        JournalFullPolicy.SERVE_UNMETERED,
                        ObservabilityConfig.defaults(),
                        GatewayConfig.defaults(),
                        Recovery.NONE));
        assertThat(PlatformConfig.defaults(FOLDER).gateway().host()).isEqualTo("127.0.0.1");
    }

    @Test
    void everythingCanBeSet() {
        GatewayConfig gateway =
                GatewayConfig.builder().host("0.0.0.0").port(0).threads(3).build();
        PlatformConfig set = PlatformConfig.defaults(FOLDER)
                .withEmbeddedEngine(List.of("java", "Engine"))
                .withLogLevel("TRACE")
                .withWhenJournalIsFull(JournalFullPolicy.REFUSE)
                .withObservability(ObservabilityConfig.defaults().withAdminHost("::1"))
                .withGateway(gateway)
                .withRecovery(new Recovery(true, true));
        assertThat(set)
                .isEqualTo(new PlatformConfig(
                        FOLDER,
                        List.of("java", "Engine"),
                        "trace",
                        JournalFullPolicy.REFUSE,
                        ObservabilityConfig.defaults().withAdminHost("::1"),
                        gateway,
                        new Recovery(true, true)));
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        PlatformConfig defaults = PlatformConfig.defaults(FOLDER);
        assertThatThrownBy(() -> defaults.withLogLevel("loud"))
                .hasMessage("the log level must be error, warn, info, debug or trace, was \"loud\"");
    }
}
