package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.gateway.ControlListener;
import dev.inferencekey.server.gateway.CorsPolicy;
import dev.inferencekey.server.gateway.EdgeConfig;
import dev.inferencekey.server.gateway.TlsFiles;
import dev.inferencekey.server.gateway.TrustedProxies;
import dev.inferencekey.server.ports.usage.JournalFullPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class PlatformConfigTest {
    private static final Path FOLDER = Path.of("/data");

    @Test
    void defaultsReachNobodyButThisMachine() {
        assertThat(PlatformConfig.defaults(FOLDER))
                .isEqualTo(new PlatformConfig(
                        FOLDER,
                        "127.0.0.1",
                        8080,
                        List.of(),
                        "info",
                        JournalFullPolicy.SERVE_UNMETERED,
                        ObservabilityConfig.defaults(),
                        EdgeConfig.defaults()));
    }

    @Test
    void everythingCanBeSet() {
        EdgeConfig edge = EdgeConfig.defaults()
                .withTls(new TlsFiles(Path.of("tls.crt"), Path.of("tls.key")))
                .withTlsReload(Duration.ofSeconds(1))
                .withMaxConcurrentStreams(7)
                .withTrustedProxies(new TrustedProxies(List.of("10.0.0.0/8")))
                .withCors(new CorsPolicy(Set.of("https://app.example.com")))
                .withControlListener(new ControlListener(
                        "::1", 8443, new TlsFiles(Path.of("c.crt"), Path.of("c.key")), Path.of("ca.crt")));
        PlatformConfig set = PlatformConfig.defaults(FOLDER)
                .withHost("0.0.0.0")
                .withPort(0)
                .withEmbeddedEngine(List.of("java", "Engine"))
                .withLogLevel("TRACE")
                .withWhenJournalIsFull(JournalFullPolicy.REFUSE)
                .withObservability(ObservabilityConfig.defaults().withAdminHost("::1"))
                .withEdge(edge);
        assertThat(set)
                .isEqualTo(new PlatformConfig(
                        FOLDER,
                        "0.0.0.0",
                        0,
                        List.of("java", "Engine"),
                        "trace",
                        JournalFullPolicy.REFUSE,
                        ObservabilityConfig.defaults().withAdminHost("::1"),
                        edge));
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        PlatformConfig defaults = PlatformConfig.defaults(FOLDER);
        assertThatThrownBy(() -> defaults.withPort(65_536)).hasMessage("the port must be 0 to 65535, was 65536");
        assertThatThrownBy(() -> defaults.withPort(-1)).hasMessage("the port must be 0 to 65535, was -1");
        assertThatThrownBy(() -> defaults.withLogLevel("loud"))
                .hasMessage("the log level must be error, warn, info, debug or trace, was \"loud\"");
    }
}
