package dev.inferencekey.server.manager.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointAddressTest {
    @Test
    void withOneAddressForBothPlanesItIsTheCallers() {
        assertThat(EndpointAddress.SHARED.toldAt(URI.create("https://ai.example.com:8443")))
                .isEqualTo(URI.create("https://ai.example.com:8443"));
    }

    @ParameterizedTest
    @CsvSource({
        "https://control.example.com:8443, http://control.example.com:8080",
        "https://control.example.com, http://control.example.com:8080",
        "https://[::1]:8443, http://[::1]:8080",
        "https://[::1], http://[::1]:8080"
    })
    void apartItIsTheOtherPortOfTheSameHost(String control, String data) {
        EndpointAddress apart = new EndpointAddress(null, new EndpointAddress.Listener("http", 8080));

        assertThat(apart.toldAt(URI.create(control))).isEqualTo(URI.create(data));
    }

    @Test
    void whatWasConfiguredIsToldToEveryone() {
        EndpointAddress configured = new EndpointAddress(
                URI.create("https://ai.example.com/base//"), new EndpointAddress.Listener("http", 8080));

        assertThat(configured.toldAt(URI.create("https://control.example.com")))
                .isEqualTo(URI.create("https://ai.example.com/base"));
    }
}
