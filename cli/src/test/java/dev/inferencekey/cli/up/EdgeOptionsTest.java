package dev.inferencekey.cli.up;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.cli.api.UsageException;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class EdgeOptionsTest {
    private static final LaunchSettings.Tls PUBLIC = new LaunchSettings.Tls(Path.of("a.crt"), Path.of("a.key"));

    private static LaunchSettings.Edge settings(String... arguments) {
        EdgeOptions options = new EdgeOptions();
        new CommandLine(CommandLine.Model.CommandSpec.create()
                        .addMixin("edge", CommandLine.Model.CommandSpec.forAnnotatedObject(options)))
                .parseArgs(arguments);
        return options.settings();
    }

    @Test
    void byDefaultThePlatformSpeaksPlainHttp() {
        assertThat(settings()).isEqualTo(LaunchSettings.Edge.PLAIN);
    }

    @Test
    void everythingCanBeSet() {
        assertThat(settings(
                        "--tls-cert",
                        "a.crt",
                        "--tls-key",
                        "a.key",
                        "--trusted-proxy",
                        "10.0.0.0/8",
                        "--trusted-proxy",
                        "::1",
                        "--cors-origin",
                        "https://app.example.com",
                        "--public-url",
                        "https://ai.example.com",
                        "--docs-url",
                        "https://docs.example.com/",
                        "--control-listener",
                        "[::1]:8443",
                        "--control-tls-cert",
                        "c.crt",
                        "--control-tls-key",
                        "c.key",
                        "--control-client-ca",
                        "ca.crt"))
                .isEqualTo(new LaunchSettings.Edge(
                        PUBLIC,
                        List.of("10.0.0.0/8", "::1"),
                        List.of("https://app.example.com"),
                        URI.create("https://ai.example.com"),
                        URI.create("https://docs.example.com/"),
                        new LaunchSettings.Control(
                                "::1",
                                8443,
                                new LaunchSettings.Tls(Path.of("c.crt"), Path.of("c.key")),
                                Path.of("ca.crt"))));
    }

    @Test
    void theControlListenerUsesThePublicCertificateIfItHasNoneOfItsOwn() {
        LaunchSettings.Edge edge = settings(
                "--tls-cert",
                "a.crt",
                "--tls-key",
                "a.key",
                "--control-listener",
                "0.0.0.0:0",
                "--control-client-ca",
                "ca.crt");
        assertThat(edge.control()).isEqualTo(new LaunchSettings.Control("0.0.0.0", 0, PUBLIC, Path.of("ca.crt")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--tls-cert a.crt | --tls-cert and --tls-key go together",
                "--tls-key a.key | --tls-cert and --tls-key go together",
                "--control-tls-cert a.crt | --control-tls-cert and --control-tls-key go together",
                "--control-client-ca ca.crt | need --control-listener",
                "--control-listener :8443 --control-client-ca ca.crt | --control-listener needs",
                "--tls-cert a --tls-key b --control-listener localhost:8443 | --control-listener needs --control-client-ca",
                "--tls-cert a --tls-key b --control-client-ca c --control-listener localhost | such as 0.0.0.0:8443",
                "--tls-cert a --tls-key b --control-client-ca c --control-listener ::1:8443 | such as 0.0.0.0:8443",
                "--tls-cert a --tls-key b --control-client-ca c --control-listener localhost:99999 | such as 0.0.0.0:8443",
            })
    void whatDoesNotFitTogetherIsRefused(String arguments, String why) {
        assertThatThrownBy(() -> settings(arguments.split(" ")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining(why);
    }
}
