package dev.inferencekey.cli.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ServerAddressTest {
    @Test
    void dropsTrailingSlashes() {
        assertThat(ServerAddress.parse(" https://ik.example.com/base// ", "--url")
                        .at("/api/projects"))
                .hasToString("https://ik.example.com/base/api/projects");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://127.0.0.1:8080",
                "http://localhost",
                "http://[::1]:8080",
                "http://127.8.9.1",
                "http://LOCALHOST:1"
            })
    void knowsThisMachine(String text) {
        ServerAddress address = ServerAddress.parse(text, "--url");
        assertThat(address.isLoopback()).isTrue();
        assertThat(address.isOpenToEavesdroppers()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://127.0.0.1.example.com", "http://localhost.example.com", "http://10.0.0.1", "http://[::2]"
            })
    void doesNotTakeOthersForThisMachine(String text) {
        ServerAddress address = ServerAddress.parse(text, "--url");
        assertThat(address.isLoopback()).isFalse();
        assertThat(address.isOpenToEavesdroppers()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nonsense",
                "ftp://host",
                "http://",
                "http://user@host",
                "http://host?x=1",
                "http://host#x",
                "http://host:70000",
                "http://ho st",
                "file:///etc"
            })
    void refusesWhatIsNoServer(String text) {
        assertThatThrownBy(() -> ServerAddress.parse(text, "--url"))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("--url must be an address");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://bob:hunter2@host",
                "http://bob:hunter2@host/a@b",
                "bob:hunter2@host",
                "https://bob:hun@ter2@host",
                "http://bob:hunter2 @host",
                "htp:/bob:hunter2@host"
            })
    void aPasswordInAnAddressIsNotShown(String text) {
        assertThatThrownBy(() -> ServerAddress.parse(text, "--url"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("without user name and password")
                .hasMessageNotContainingAny("hunter2", "ter2", "bob");
    }
}
