package dev.inferencekey.server.manager.sso;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a call to the provider may take at most. Each wait here ends by the bound that it is about, or by the test's timeout. */
@Timeout(60)
@Tag("slow")
class ProviderHttpTest {
    private static final ProviderHttp.Bounds SHORT =
            new ProviderHttp.Bounds(Duration.ofSeconds(5), Duration.ofMillis(300), 1000, 1);
    private static final ProviderHttp.Bounds LONG =
            new ProviderHttp.Bounds(Duration.ofSeconds(5), Duration.ofSeconds(30), 1000, 1);

    private final CountDownLatch end = new CountDownLatch(1);
    private HttpServer server;
    private String url;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/silent", exchange -> await());
        server.createContext("/stuck", exchange -> {
            exchange.sendResponseHeaders(200, 100);
            exchange.getResponseBody().write('x');
            exchange.getResponseBody().flush();
            await();
        });
        server.createContext("/endless", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, 0);
                byte[] piece = new byte[500];
                while (end.getCount() > 0) {
                    exchange.getResponseBody().write(piece);
                }
            }
        });
        server.createContext("/fits", exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, 1000);
                exchange.getResponseBody().write(new byte[1000]);
            }
        });
        server.start();
        url = "http://127.0.0.1:" + server.getAddress().getPort();
    }

    @AfterEach
    void stop() {
        end.countDown();
        server.stop(0);
    }

    private void await() {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void givesUpOnAProviderThatDoesNotAnswer() {
        assertThatThrownBy(() -> new ProviderHttp(SHORT).get(URI.create(url + "/silent")))
                .isInstanceOf(ProviderHttp.ProviderAwayException.class)
                .hasMessageContaining("300 ms");
    }

    @Test
    void givesUpOnAnAnswerThatDoesNotEnd() {
        assertThatThrownBy(() -> new ProviderHttp(SHORT).get(URI.create(url + "/stuck")))
                .isInstanceOf(ProviderHttp.ProviderAwayException.class)
                .hasMessageContaining("300 ms");
    }

    @Test
    void readsNoMoreThanTheLargestAnswer() {
        assertThatThrownBy(() -> new ProviderHttp(LONG).get(URI.create(url + "/endless")))
                .isInstanceOf(ProviderHttp.ProviderAwayException.class)
                .hasMessageContaining("1000 bytes");
    }

    @Test
    void readsTheLargestAnswerAgainAndAgain() throws IOException {
        ProviderHttp http = new ProviderHttp(LONG);

        for (int i = 0; i < 5; i++) {
            assertThat(http.get(URI.create(url + "/fits"))).hasSize(1000);
        }
    }

    @Test
    void saysWhenNobodyListens() throws IOException {
        int free;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            free = socket.getLocalPort();
        }

        assertThatThrownBy(() -> new ProviderHttp(LONG).get(URI.create("http://127.0.0.1:" + free)))
                .hasMessageContaining("refuses the connection");
    }
}
