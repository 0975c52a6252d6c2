package dev.inferencekey.server.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.HelpPages;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class EdgeConfigTest {
    private static final URI PUBLIC = URI.create("https://ai.example.com");
    private static final TlsFiles FILES = new TlsFiles(Path.of("tls.crt"), Path.of("tls.key"));

    @Test
    void byDefaultNothingIsOn() {
        assertThat(EdgeConfig.defaults())
                .isEqualTo(new EdgeConfig(
                        null, Duration.ofSeconds(5), 100, TrustedProxies.NONE, CorsPolicy.OFF, null, null, null, null));
    }

    @Test
    void everySettingCanBeSet() {
        TrustedProxies proxies = new TrustedProxies(List.of("10.0.0.0/8", "::1"));
        CorsPolicy cors = new CorsPolicy(Set.of("https://app.example.com"));
        ControlListener control = new ControlListener("::1", 8443, FILES, Path.of("ca.crt"));
        NodeListener nodes = new NodeListener("::1", 8444, FILES, Path.of("nodes.crt"));
        assertThat(EdgeConfig.defaults()
                        .withTls(FILES)
                        .withTlsReload(Duration.ofSeconds(1))
                        .withMaxConcurrentStreams(7)
                        .withTrustedProxies(proxies)
                        .withCors(cors)
                        .withPublicUrl(PUBLIC)
                        .withControlListener(control)
                        .withNodeListener(nodes)
                        .withHelp(HelpPages.OWN))
                .isEqualTo(new EdgeConfig(
                        FILES, Duration.ofSeconds(1), 7, proxies, cors, PUBLIC, control, nodes, HelpPages.OWN));
    }

    @Test
    void aValueOutOfRangeIsNamed() {
        EdgeConfig defaults = EdgeConfig.defaults();
        assertThatThrownBy(() -> defaults.withMaxConcurrentStreams(0)).hasMessageContaining("maxConcurrentStreams");
        assertThatThrownBy(() -> defaults.withTlsReload(Duration.ZERO)).hasMessageContaining("tlsReload");
        for (String url :
                List.of("ai.example.com", "ftp://ai.example.com", "https://a@b", "https://a?b", "https://a#b")) {
            assertThatThrownBy(() -> defaults.withPublicUrl(URI.create(url))).hasMessageContaining("public URL");
        }
        assertThatThrownBy(() -> new ControlListener("::1", 70_000, FILES, Path.of("ca.crt")))
                .hasMessageContaining("port");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://App.example.com",
                "https://app.example.com/",
                "app.example.com",
                "null",
                "https://*.example.com",
                "https://a b",
                "https://a\r\nX: y",
                ""
            })
    void whatBrowsersNeverSendAsAnOriginIsRefused(String origin) {
        assertThatThrownBy(() -> new CorsPolicy(Set.of(origin)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("such as https://app.example.com");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "https://app.example.com",
                "http://localhost:5173",
                "http://[::1]:80",
                "capacitor://localhost"
            })
    void originsAsBrowsersSendThemAreTaken(String origin) {
        assertThat(new CorsPolicy(Set.of(origin)).allows(origin)).isTrue();
    }
}
