package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.inferencekey.internal.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A caller who waits and one who does not are served by different code; neither may notice. */
@Tag("slow")
class SameEitherWayTest {
    private static final TextParams HI = TextParams.ofPrompt("Hi");
    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String ANSWER = "{\"choices\":[{\"message\":{\"content\":\"Hello\"}}]} ";

    private final FakeServer server = new FakeServer();

    @AfterEach
    void stop() {
        server.close();
    }

    private static void assertSame(DataClient client) {
        Endpoint bot = client.endpoint("bot");
        Outcome waited = outcome(() -> bot.generateText(HI));
        Outcome told = outcome(() -> bot.generateTextAsync(HI).join());
        assertThat(waited).isEqualTo(told);
    }

    /** A result's text, or an exception's type and message, and its cause's type. */
    private record Outcome(
            @Nullable String text,
            @Nullable Class<?> failure,
            @Nullable String message) {}

    private interface Asking {
        TextResult ask();
    }

    private static Outcome outcome(Asking asking) {
        String[] text = new String[1];
        Throwable failure = catchThrowable(() -> text[0] = asking.ask().text());
        if (failure == null) {
            return new Outcome(text[0], null, null);
        }
        Throwable shown = Failure.unwrap(failure);
        return new Outcome(null, shown.getClass(), shown.getMessage());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                OK + "Content-Length: 46\r\n\r\n" + ANSWER,
                OK + "content-length:46 \r\n\r\n" + ANSWER,
                OK + "\r\n" + ANSWER,
                "HTTP/1.0 200 OK\r\n\r\n" + ANSWER,
                OK + "Connection: close\r\n\r\n" + ANSWER,
                OK + "Transfer-Encoding: chunked\r\n\r\n2e\r\n" + ANSWER + "\r\n0\r\n\r\n",
                OK + "Transfer-Encoding: chunked\r\n\r\n2E;a=b\r\n" + ANSWER + "\r\n0\r\nTrailer: t\r\n\r\n",
                "HTTP/1.1 100 Continue\r\n\r\n" + OK + "Content-Length: 46\r\n\r\n" + ANSWER,
                "HTTP/1.1 204 No Content\r\n\r\n",
                "HTTP/1.1 304 Not Modified\r\n\r\n",
                "HTTP/1.1 400 Bad Request\r\nContent-Length: 38\r\n\r\n{\"error\":{\"message\":\"no\",\"code\":\"bad\"}}",
                "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 500 Oops\r\nContent-Length: 100\r\n\r\nbroken off",
                "HTTP/1.1 500 Oops\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nbroke",
                "HTTP/1.1 429 Slow\r\nRetry-After: 3\r\nX-Request-Id: req_1\r\n\r\nwait",
                OK + "Content-Length: 100\r\n\r\n{\"cho",
                OK + "Content-Length: 100\r\n\r\n",
                "",
                "I am no HTTP server\r\n\r\n",
                "HTTP/2.0 200 OK\r\n\r\n",
                "HTTP/1.1 20x OK\r\n\r\n",
            })
    void answersAreReadAlike(String answer) {
        server.always((request, to) -> {
            to.raw(answer);
            to.cut();
        });
        try (DataClient client = Clients.data(server).retryFor(Duration.ZERO).build()) {
            assertSame(client);
        }
    }

    @Test
    void connectionsAreRefusedAlike() throws IOException {
        int port;
        try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = nobody.getLocalPort();
        }
        try (DataClient client = Clients.data(server)
                .baseUrl("http://127.0.0.1:" + port)
                .retryFor(Duration.ZERO)
                .build()) {
            assertSame(client);
        }
    }

    @Test
    void requestsAreTheSame() {
        server.always((request, answer) -> answer.json(200, ANSWER));
        try (DataClient client =
                Clients.data(server).maxWait(Duration.ofSeconds(3)).build()) {
            Endpoint bot = client.endpoint("bot");
            bot.generateText(HI);
            bot.generateTextAsync(HI).join();
        }
        FakeServer.Request waited = server.requests().get(0);
        FakeServer.Request told = server.requests().get(1);
        assertThat(waited.method()).isEqualTo(told.method());
        assertThat(waited.path()).isEqualTo(told.path());
        assertThat(waited.body()).isEqualTo(told.body());
        assertThat(waited.headers()).isEqualTo(told.headers());
    }
}
