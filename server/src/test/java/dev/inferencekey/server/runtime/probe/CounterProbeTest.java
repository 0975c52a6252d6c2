package dev.inferencekey.server.runtime.probe;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import dev.inferencekey.server.domain.metering.CountingEngine;
import dev.inferencekey.server.domain.metering.EngineCounters;
import dev.inferencekey.server.ports.runtime.CounterReading;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
class CounterProbeTest {
    private static final String VLLM = """
            vllm:prompt_tokens_total{engine="0",model_name="bot"} 41.0
            vllm:generation_tokens_total{engine="0",model_name="bot"} 7.0
            """;

    private final EngineHttp http = new EngineHttp("test-", Duration.ofSeconds(2));
    private final HttpServer server;
    private int status = 200;
    private String seen = "";

    CounterProbeTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() {
        server.createContext("/", exchange -> {
            seen = exchange.getRequestURI() + " " + exchange.getRequestHeaders().getFirst("Authorization");
            byte[] body = VLLM.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        http.close();
    }

    @Test
    void readsTheCountersBesideTheRoutesWithTheReplicasSecret() {
        assertThat(read("/v1", "s3cret"))
                .isEqualTo(new CounterReading.Counted(new EngineCounters(CountingEngine.VLLM, 41, 7)));
        assertThat(seen).isEqualTo("/metrics Bearer s3cret");
    }

    @Test
    void saysThatAModelServerShowsNone() {
        status = 501;
        assertThat(read("", null)).isInstanceOfSatisfying(CounterReading.Nothing.class, nothing -> {
            assertThat(nothing.lasting()).isTrue();
            assertThat(nothing.reason()).contains("501");
        });
        status = 503;
        assertThat(read("", null))
                .isInstanceOfSatisfying(
                        CounterReading.Nothing.class,
                        nothing -> assertThat(nothing.lasting()).isFalse());
        server.stop(0);
        assertThat(read("", null))
                .isInstanceOfSatisfying(
                        CounterReading.Nothing.class,
                        nothing -> assertThat(nothing.lasting()).isFalse());
    }

    private CounterReading read(String path, @Nullable String secret) {
        URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
        return CounterProbe.read(http.plain(), base, secret);
    }
}
