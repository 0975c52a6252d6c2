package dev.inferencekey.server.runtime.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class EngineHttpTest {
    @Test
    void noProbeGoesThroughAProxyThatCallsDoNotUse() throws IOException {
        try (EngineHttp http = new EngineHttp("test-", Duration.ofSeconds(1))) {
            assertThat(http.plain().proxy()).contains(HttpClient.Builder.NO_PROXY);
            assertThat(http.clientFor(URI.create("https://h")).proxy()).contains(HttpClient.Builder.NO_PROXY);
        }
    }
}
