package dev.inferencekey.server.runtime.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.Test;

final class EngineHttpTest {
    private static final URI SECURE = URI.create("https://engine.test/v1");

    @Test
    void trustsWhomTheSystemTrustsWhereItMattersAndNobodyElsewhere() throws Exception {
        try (EngineHttp http = new EngineHttp("test-", Duration.ofSeconds(1))) {
            assertThat(http.clientFor(URI.create("HTTPS://engine.test")).sslContext())
                    .isSameAs(SSLContext.getDefault());
            assertThat(http.clientFor(SECURE)).isSameAs(http.clientFor(SECURE));
            assertThat(http.clientFor(URI.create("http://engine.test"))).isSameAs(http.plain());
            assertThat(http.plain().sslContext()).isNotSameAs(SSLContext.getDefault());
        }
    }

    @Test
    void opensNoClientAfterItsEnd() {
        EngineHttp http = new EngineHttp("test-", Duration.ofSeconds(1));
        http.close();
        http.close();

        assertThatThrownBy(() -> http.clientFor(SECURE)).isInstanceOf(IOException.class);
    }
}
