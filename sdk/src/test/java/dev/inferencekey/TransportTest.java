package dev.inferencekey;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class TransportTest {
    private static final TextParams HI = TextParams.ofPrompt("Hi");

    private final FakeServer server = new FakeServer();
    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch left = new CountDownLatch(1);

    @AfterEach
    void stop() {
        server.close();
    }

    /** Answers nothing and notes when the client gives up. */
    private void hang(FakeServer.Request request, FakeServer.Answer answer) {
        asked.countDown();
        if (answer.clientLeft()) {
            left.countDown();
        }
    }

    @Test
    void speaksHttp11AndOffersNoUpgrade() {
        server.nextJson(200, Golden.text("data/chat.response.json"));
        try (DataClient client = Clients.data(server).build()) {
            client.endpoint("bot").generateText(HI);
        }
        FakeServer.Request request = server.onlyRequest();
        assertThat(request.headers()).doesNotContainKeys("upgrade", "http2-settings");
        assertThat(request.header("Connection").orElse("")).doesNotContainIgnoringCase("upgrade");
        assertThat(request.header("User-Agent").orElse("")).startsWith("inferencekey-java");
        assertThat(request.header("Content-Type")).hasValue("application/json");
    }

    @Test
    void givesUpOnAServerThatDoesNotAnswerAndClosesTheConnection() throws InterruptedException {
        server.next(this::hang);
        try (DataClient client =
                Clients.data(server).timeout(Duration.ofMillis(200)).build()) {
            assertThatExceptionOfType(TransportException.class)
                    .isThrownBy(() -> client.endpoint("bot").generateText(HI))
                    .withMessage("transport error: no complete answer within 200 ms")
                    .matches(TransportException::isTimeout);
            assertThat(left.await(20, SECONDS)).isTrue();
        }
    }

    @Test
    void givesUpOnABodyThatStopsInTheMiddle() throws InterruptedException {
        server.next((request, answer) -> {
            answer.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"cho");
            hang(request, answer);
        });
        try (DataClient client =
                Clients.data(server).timeout(Duration.ofMillis(200)).build()) {
            assertThatExceptionOfType(TransportException.class)
                    .isThrownBy(() -> client.endpoint("bot").generateText(HI))
                    .withMessageContaining("no complete answer within 200 ms");
            assertThat(left.await(20, SECONDS)).isTrue();
        }
    }

    @Test
    void waitsForAHeadThatComesSlowly() {
        server.next((request, answer) -> {
            for (char c :
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]".toCharArray()) {
                answer.raw(String.valueOf(c));
            }
        });
        try (ManagementClient client = Clients.management(server).build()) {
            assertThat(client.list()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "I am no HTTP server\r\n\r\n",
                "HTTP/1.1 abc OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"
            })
    void saysSoIfWhatAnswersIsNoHttp(String bytes) {
        server.always((request, answer) -> {
            answer.raw(bytes);
            answer.cut();
        });
        try (DataClient client = Clients.data(server).retryFor(Duration.ZERO).build()) {
            assertThatExceptionOfType(TransportException.class)
                    .isThrownBy(() -> client.endpoint("bot").generateText(HI))
                    .withMessageStartingWith("transport error: the connection to " + server.url() + " broke: ");
        }
    }

    @Test
    void saysThatAHostIsNotKnown() {
        try (DataClient client = Clients.data(server)
                .baseUrl("https://nowhere.invalid")
                .retryFor(Duration.ZERO)
                .build()) {
            assertThatExceptionOfType(TransportException.class)
                    .isThrownBy(() -> client.endpoint("bot").generateText(HI))
                    .withMessage("transport error: could not connect to https://nowhere.invalid: the host is not known")
                    .matches(failure -> !failure.isTimeout());
        }
    }

    @Test
    void saysThatTlsFailedAndDoesNotWaitToRepeatIt() throws IOException {
        FakeTiming timing = new FakeTiming();
        try (ServerSocket plain = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread server = new Thread(() -> answerInPlainText(plain), "test-plain-server");
            server.setDaemon(true);
            server.start();
            String url = "https://127.0.0.1:" + plain.getLocalPort();
            try (ManagementClient client =
                    Clients.management(this.server).baseUrl(url).timing(timing).build()) {
                assertThatExceptionOfType(TransportException.class)
                        .isThrownBy(client::list)
                        .withMessageStartingWith("transport error: no secure connection to " + url + ": ");
            }
        }
        // How often the JDK's own client greets is its affair: on some runs it opens a second connection at once.
        assertThat(timing.pauses()).isEmpty();
    }

    private static void answerInPlainText(ServerSocket listener) {
        while (true) {
            try (Socket socket = listener.accept()) {
                socket.getInputStream().readNBytes(1);
                socket.getOutputStream()
                        .write("HTTP/1.1 400 This is no TLS\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                socket.getOutputStream().flush();
                // Until the client has read it and left; a close with unread bytes would be a reset.
                socket.getInputStream().readAllBytes();
            } catch (IOException e) {
                if (listener.isClosed()) {
                    return;
                }
            }
        }
    }

    @Test
    void cancellingTheFutureClosesTheConnection() throws InterruptedException {
        server.next(this::hang);
        try (DataClient client = Clients.data(server).build()) {
            CompletableFuture<TextResult> future = client.endpoint("bot").generateTextAsync(HI);
            assertThat(asked.await(20, SECONDS)).isTrue();

            future.cancel(true);

            assertThat(left.await(20, SECONDS)).isTrue();
            assertThat(future).isCancelled();
        }
    }

    @Test
    void aFutureThatTimesOutClosesTheConnection() throws InterruptedException {
        server.next(this::hang);
        try (DataClient client = Clients.data(server).build()) {
            CompletableFuture<TextResult> future =
                    client.endpoint("bot").generateTextAsync(HI).orTimeout(100, MILLISECONDS);

            assertThat(left.await(20, SECONDS)).isTrue();
            assertThat(future).isCompletedExceptionally();
        }
    }

    @Test
    void cancellingTheFutureOfAManagementCallClosesTheConnection() throws InterruptedException {
        server.next(this::hang);
        try (ManagementClient client = Clients.management(server).build()) {
            CompletableFuture<?> future = client.listAsync();
            assertThat(asked.await(20, SECONDS)).isTrue();

            future.cancel(true);

            assertThat(left.await(20, SECONDS)).isTrue();
        }
    }

    @Test
    void anInterruptEndsTheWaitAndTheCall() throws InterruptedException {
        server.next(this::hang);
        AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
        AtomicReference<Boolean> stillInterrupted = new AtomicReference<>(false);
        try (ManagementClient client = Clients.management(server).build()) {
            Thread waiting = new Thread(
                    () -> {
                        seen.set(catchThrowable(client::list));
                        stillInterrupted.set(Thread.currentThread().isInterrupted());
                    },
                    "test-waiting");
            waiting.start();
            assertThat(asked.await(20, SECONDS)).isTrue();

            waiting.interrupt();
            waiting.join(20_000);

            assertThat(seen.get())
                    .isInstanceOf(TransportException.class)
                    .hasMessage("transport error: interrupted while waiting; the call was cancelled");
            assertThat(stillInterrupted.get()).isTrue();
            assertThat(left.await(20, SECONDS)).isTrue();
        }
    }

    @Test
    void closingTheClientEndsWhatIsInFlight() throws InterruptedException {
        server.next(this::hang);
        DataClient client = Clients.data(server).build();
        CompletableFuture<TextResult> future = client.endpoint("bot").generateTextAsync(HI);
        assertThat(asked.await(20, SECONDS)).isTrue();

        client.close();
        client.close();

        assertThat(catchThrowable(() -> future.get(20, SECONDS)))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(TransportException.class)
                .hasMessageContaining("the client was closed while the call was in flight");
        assertThat(left.await(20, SECONDS)).isTrue();
    }

    @Test
    void aClosedClientSaysSo() {
        DataClient data = Clients.data(server).build();
        ManagementClient management = Clients.management(server).build();
        Endpoint endpoint = data.endpoint("bot");
        data.close();
        management.close();

        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(() -> endpoint.generateText(HI))
                .withMessage("this client is closed");
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> endpoint.generateTextAsync(HI));
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(management::list);
        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(management::listAsync);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void leavesNoThreadsBehind() {
        server.always((request, answer) -> answer.json(200, "[]"));
        ManagementClient client = Clients.management(server).build();
        client.list();
        assertThat(threads()).isPositive();

        client.close();

        Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> threads() == 0);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("inferencekey-"))
                .peek(thread -> assertThat(thread.isDaemon()).isTrue())
                .count();
    }

    @Test
    void theStackTraceShowsWhoCalled() {
        server.always((request, answer) -> answer.json(401, "{}"));
        try (ManagementClient client = Clients.management(server).build()) {
            Throwable failure = Objects.requireNonNull(catchThrowable(client::list));

            assertThat(failure.getStackTrace())
                    .anyMatch(frame -> frame.getClassName().equals(TransportTest.class.getName()));
        }
    }

    @Test
    void whatDependsOnAFutureIsNotInterrupted() {
        server.always((request, answer) -> answer.json(200, "[]"));
        try (ManagementClient client = Clients.management(server).build()) {
            assertThat(client.listAsync()
                            .thenApply(list -> Thread.currentThread().isInterrupted()))
                    .succeedsWithin(Duration.ofSeconds(20))
                    .isEqualTo(false);
        }
    }

    @Test
    void failuresOfFuturesAreTheSameExceptions() {
        server.nextJson(401, "{}");
        try (DataClient client = Clients.data(server).build()) {
            assertThat(client.endpoint("bot").generateTextAsync(HI))
                    .failsWithin(Duration.ofSeconds(20))
                    .withThrowableOfType(ExecutionException.class)
                    .withCauseInstanceOf(AuthenticationException.class);
        }
    }
}
