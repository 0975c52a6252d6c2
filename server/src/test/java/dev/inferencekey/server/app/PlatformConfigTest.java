package dev.inferencekey.server.app;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
                        "127.0.0.1",
                        8080,
                        List.of(),
                        "info",
                        JournalFullPolicy.SERVE_UNMETERED,
                        ObservabilityConfig.defaults()));
    }

    @Test
    void everythingCanBeSet() {
        PlatformConfig set = PlatformConfig.defaults(FOLDER)
                .withHost("0.0.0.0")
                .withPort(0)
                .withEmbeddedEngine(List.of("java", "Engine"))
                .withLogLevel("TRACE")
                .withWhenJournalIsFull(JournalFullPolicy.REFUSE)
                .withObservability(ObservabilityConfig.defaults().withAdminHost("::1"));
        assertThat(set)
                .isEqualTo(new PlatformConfig(
                        FOLDER,
                        "0.0.0.0",
                        0,
                        List.of("java", "Engine"),
                        "trace",
                        JournalFullPolicy.REFUSE,
                        ObservabilityConfig.defaults().withAdminHost("::1")));
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
