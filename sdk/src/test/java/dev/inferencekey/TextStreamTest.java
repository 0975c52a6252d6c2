package dev.inferencekey;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.inferencekey.contract.workload.JsonValues;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class TextStreamTest {
    private static final TextParams HI = TextParams.ofPrompt("Hi");

    private final FakeServer server = new FakeServer();
    private final DataClient data = Clients.data(server).build();
    private final Endpoint bot = data.endpoint("support-bot");

    @AfterEach
    void stop() {
        data.close();
        server.close();
    }

    static String chunk(String text) {
        return "{\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + text + "\"},\"finish_reason\":null}]}";
    }

    private static FakeServer.Script golden(String file) {
        return (request, answer) -> {
            answer.events().send(Golden.text(file));
            answer.end();
        };
    }

    private static String text(Iterable<TextChunk> chunks) {
        StringBuilder text = new StringBuilder();
        chunks.forEach(chunk -> text.append(chunk.text()));
        return text.toString();
    }

    @Test
    void readsAWholeStream() {
        server.next(golden("data/chat-stream.response.sse"));
        try (TextStream stream = bot.generateTextStream(TextParams.ofPrompt("¿Dónde está mi pedido?"))) {
            List<TextChunk> chunks = new ArrayList<>();
            stream.forEach(chunks::add);

            assertThat(text(chunks)).isEqualTo("Tu pedido llega mañana. 📦");
            assertThat(chunks).hasSize(6);
            assertThat(chunks.get(5).finishReason()).isEqualTo("stop");
            assertThat(chunks.get(0).raw().toMap()).containsEntry("id", "chatcmpl-8f20");
            assertThat(stream.usage()).isEmpty();
            assertThat(stream.hasNext()).isFalse();
            assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(stream::next);
        }
        String body = server.onlyRequest().body();
        assertThat(JsonValues.equal(
                        Golden.parse(body.getBytes(StandardCharsets.UTF_8)),
                        Golden.object("data/chat-stream.request.json")))
                .as(body)
                .isTrue();
        assertThat(server.onlyRequest().header("Accept").orElse("")).startsWith("text/event-stream");
    }

    @Test
    void knowsTheUsageAfterwardsIfItWasAskedFor() {
        server.next(golden("data/chat-stream-usage.response.sse"));
        TextParams params = TextParams.builder()
                .prompt("¿Dónde está mi pedido?")
                .extra("stream_options", Map.of("include_usage", true))
                .build();
        try (TextStream stream = bot.generateTextStream(params)) {
            assertThat(text(stream)).isEqualTo("Tu pedido llega mañana. 📦");
            assertThat(stream.usage()).hasValue(new Usage(23, 8, 31));
        }
        assertThat(server.onlyRequest().body()).contains("include_usage");
    }

    @Test
    void hasAPieceThatTellsTheUsage() {
        server.next(golden("data/chat-stream-usage.response.sse"));
        List<Usage> told = new ArrayList<>();
        try (TextStream stream = bot.generateTextStream(HI)) {
            stream.forEach(chunk -> told.add(chunk.usage()));
        }
        assertThat(told).filteredOn(usage -> usage != null).containsExactly(new Usage(23, 8, 31));
        assertThat(told).hasSizeGreaterThan(1).endsWith(new Usage(23, 8, 31));
    }

    @Test
    void deliversEachPieceBeforeTheNextOneIsSent() {
        CountDownLatch second = new CountDownLatch(1);
        CountDownLatch end = new CountDownLatch(1);
        server.next((request, answer) -> {
            answer.events().send(": welcome\n\n").event(chunk("one"));
            answer.await(second);
            answer.event(chunk("two"));
            answer.await(end);
            answer.event("[DONE]").end();
        });
        try (TextStream stream = bot.generateTextStream(HI)) {
            assertThat(stream.next().text()).isEqualTo("one");
            second.countDown();
            assertThat(stream.next().text()).isEqualTo("two");
            end.countDown();
            assertThat(stream.hasNext()).isFalse();
        }
    }

    @Test
    void readsPiecesHoweverTheyAreCut() {
        server.next((request, answer) -> {
            answer.events();
            for (byte b : ("data: " + chunk("año") + "\r\n\r\ndata: [DONE]\r\n\r\n").getBytes(StandardCharsets.UTF_8)) {
                answer.raw("1\r\n").bytes(new byte[] {b}).raw("\r\n");
            }
            answer.end();
        });
        try (TextStream stream = bot.generateTextStream(HI)) {
            assertThat(text(stream)).isEqualTo("año");
        }
    }

    @Test
    void throwsFromTheCallItselfWhatHappensBeforeTheStream() {
        server.nextJson(429, Golden.text("data/errors/rate-limit-exceeded.response.json"));
        assertThatExceptionOfType(RateLimitException.class).isThrownBy(() -> bot.generateTextStream(HI));

        server.nextJson(200, Golden.text("data/chat.response.json"));
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> bot.generateTextStream(HI))
                .withMessageContaining("text/event-stream was asked for, application/json came");
    }

    @Test
    void turnsAnErrorInTheStreamIntoAnException() {
        server.next(golden("data/chat-stream-error.response.sse"));
        try (TextStream stream = bot.generateTextStream(HI)) {
            StringBuilder text = new StringBuilder();
            assertThatExceptionOfType(ApiException.class)
                    .isThrownBy(() -> stream.forEach(chunk -> text.append(chunk.text())))
                    .withMessage("api error [upstream_error]: the stream failed:"
                            + " the model server closed the connection in the middle of its answer")
                    .satisfies(e -> {
                        assertThat(e.code()).hasValue("upstream_error");
                        assertThat(e.requestId()).hasValue("req_stream");
                    });
            assertThat(text).hasToString("Tu pedido llega");
            assertThatExceptionOfType(ApiException.class).isThrownBy(stream::hasNext);
        }
    }

    @Test
    void neverTakesAnEndWithoutTheMarkForTheEnd() {
        server.next(golden("data/chat-stream-cut-off.response.sse"));
        try (TextStream stream = bot.generateTextStream(HI)) {
            assertThatExceptionOfType(TransportException.class)
                    .isThrownBy(() -> text(stream))
                    .withMessage("transport error: the stream was cut off before its end");
            assertThatExceptionOfType(TransportException.class).isThrownBy(stream::hasNext);
        }
    }

    @Test
    void saysSoIfTheConnectionBreaksInTheMiddle() {
        server.next((request, answer) -> {
            answer.events().event(chunk("one")).raw("ff\r\ndata: {\"cho");
            answer.cut();
        });
        try (TextStream stream = bot.generateTextStream(HI)) {
            assertThat(stream.next().text()).isEqualTo("one");
            assertThatExceptionOfType(TransportException.class)
                    .isThrownBy(stream::hasNext)
                    .withMessageStartingWith("transport error: the stream was cut off before its end");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"choices\":", "[]", "7", "null", "\"x\""})
    void saysSoIfAPieceCannotBeRead(String piece) {
        server.next((request, answer) -> {
            answer.events().event(piece).event("[DONE]");
            answer.end();
        });
        try (TextStream stream = bot.generateTextStream(HI)) {
            assertThatExceptionOfType(ApiException.class)
                    .isThrownBy(stream::hasNext)
                    .withMessageContaining("a piece of the stream");
        }
    }

    @Test
    void refusesAPieceThatNeverEnds() {
        server.next((request, answer) -> {
            answer.events().send("data: ");
            String megabyte = "x".repeat(1 << 20);
            for (int i = 0; i < 20; i++) {
                answer.send(megabyte);
            }
        });
        try (TextStream stream = bot.generateTextStream(HI)) {
            assertThatExceptionOfType(TransportException.class)
                    .isThrownBy(stream::hasNext)
                    .withMessageContaining("an event of the stream is larger than");
        }
    }

    @Test
    void closingEarlyClosesTheConnection() throws InterruptedException {
        CountDownLatch left = new CountDownLatch(1);
        server.next((request, answer) -> {
            answer.events().event(chunk("one"));
            if (answer.clientLeft()) {
                left.countDown();
            }
        });
        try (TextStream stream = bot.generateTextStream(HI)) {
            assertThat(stream.next().text()).isEqualTo("one");
        }
        assertThat(left.await(20, SECONDS)).isTrue();
    }

    @Test
    void closingFromAnotherThreadEndsTheWait() throws InterruptedException {
        server.next((request, answer) -> {
            answer.events().event(chunk("one"));
            answer.clientLeft();
        });
        TextStream stream = bot.generateTextStream(HI);
        CountDownLatch first = new CountDownLatch(1);
        AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
        Thread reader = new Thread(
                () -> {
                    stream.next();
                    first.countDown();
                    seen.set(catchThrowable(stream::hasNext));
                },
                "test-reader");
        reader.start();
        assertThat(first.await(20, SECONDS)).isTrue();

        stream.close();
        reader.join(20_000);

        assertThat(seen.get()).isInstanceOf(TransportException.class).hasMessageContaining("closed before its end");
    }

    @Test
    void closingTheClientEndsItsStreams() {
        server.next((request, answer) -> {
            answer.events().event(chunk("one"));
            answer.clientLeft();
        });
        DataClient client = Clients.data(server).build();
        TextStream stream = client.endpoint("bot").generateTextStream(HI);
        stream.next();

        client.close();

        assertThatExceptionOfType(TransportException.class)
                .isThrownBy(stream::hasNext)
                .withMessageContaining("the client was closed");
    }

    @Test
    void anInterruptEndsTheWait() throws InterruptedException {
        CountDownLatch left = new CountDownLatch(1);
        server.next((request, answer) -> {
            answer.events().event(chunk("one"));
            if (answer.clientLeft()) {
                left.countDown();
            }
        });
        TextStream stream = bot.generateTextStream(HI);
        stream.next();
        AtomicReference<@Nullable Throwable> seen = new AtomicReference<>();
        Thread reader = new Thread(() -> seen.set(catchThrowable(stream::hasNext)), "test-reader");
        reader.start();
        Awaitility.await().until(() -> reader.getState() == Thread.State.TIMED_WAITING);

        reader.interrupt();
        reader.join(20_000);

        assertThat(seen.get()).isInstanceOf(TransportException.class).hasMessageContaining("interrupted");
        assertThat(left.await(20, SECONDS)).isTrue();
    }

    @Test
    void givesUpOnAStreamThatStalls() throws InterruptedException {
        CountDownLatch left = new CountDownLatch(1);
        server.next((request, answer) -> {
            answer.events().event(chunk("one"));
            if (answer.clientLeft()) {
                left.countDown();
            }
        });
        try (DataClient client = Clients.data(server)
                        .streamIdleTimeout(Duration.ofMillis(200))
                        .build();
                TextStream stream = client.endpoint("bot").generateTextStream(HI)) {
            stream.next();
            assertThatExceptionOfType(TransportException.class)
                    .isThrownBy(stream::hasNext)
                    .withMessage("transport error: the stream stalled: nothing came for 200 ms")
                    .matches(TransportException::isTimeout);
            assertThat(left.await(20, SECONDS)).isTrue();
        }
    }

    @Test
    void usesTheConnectionAgainAfterACompleteStream() {
        server.always(golden("data/chat-stream.response.sse"));
        // The end of an answer is read in the background, so one of the next calls, not always the next, finds it free.
        Awaitility.await().untilAsserted(() -> {
            int before = server.connections();
            try (TextStream stream = bot.generateTextStream(HI)) {
                text(stream);
            }
            assertThat(server.connections()).isPositive().isEqualTo(before);
        });
    }

    @Test
    void leavesAServerThatGoesOnTalkingAfterTheEnd() throws InterruptedException {
        CountDownLatch left = new CountDownLatch(1);
        server.next((request, answer) -> {
            answer.events().event(chunk("one")).event("[DONE]");
            try {
                while (true) {
                    answer.event(chunk("x".repeat(1024)));
                }
            } finally {
                left.countDown();
            }
        });
        try (TextStream stream = bot.generateTextStream(HI)) {
            assertThat(text(stream)).isEqualTo("one");
            assertThat(left.await(20, SECONDS)).isTrue();
        }
    }

    @Test
    void leavesAServerThatDoesNotCloseAStreamAfterTheEnd() throws InterruptedException {
        CountDownLatch left = new CountDownLatch(1);
        server.next((request, answer) -> {
            answer.events().event(chunk("one")).event("[DONE]");
            if (answer.clientLeft()) {
                left.countDown();
            }
        });
        try (TextStream stream = bot.generateTextStream(HI)) {
            assertThat(text(stream)).isEqualTo("one");
        }
        assertThat(left.await(20, SECONDS)).isTrue();
    }

    @Test
    void slowsTheServerDownInsteadOfFillingTheMemory() {
        AtomicInteger sent = new AtomicInteger();
        int pieces = 4000;
        String large = chunk("x".repeat(16 * 1024));
        server.next((request, answer) -> {
            answer.events();
            for (int i = 0; i < pieces; i++) {
                answer.event(large);
                sent.incrementAndGet();
            }
            answer.event("[DONE]").end();
        });
        try (TextStream stream = bot.generateTextStream(HI)) {
            stream.next();
            // 64 MB are offered; only what fits into socket buffers may have left the server while nobody reads.
            AtomicInteger before = new AtomicInteger(-1);
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(200))
                    .until(() -> before.getAndSet(sent.get()) == sent.get());
            assertThat(sent.get()).isLessThan(pieces / 2);
            int rest = 1;
            while (stream.hasNext()) {
                stream.next();
                rest++;
            }
            assertThat(rest).isEqualTo(pieces);
        }
    }
}
