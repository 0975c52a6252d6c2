package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.inference.UsageRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What streamed answers look like to a caller who sees each byte when it comes. */
@Tag("slow")
final class StreamingTest {
    private static final String BODY = "{\"model\":\"bot\",\"stream\":true}";
    private static final String HI = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";
    private static final String USAGE =
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n";
    private static final String DONE = "data: [DONE]\n\n";

    private final GatewayFixture gateway = new GatewayFixture();
    private final FakeModelServer model = new FakeModelServer((_, exchange) -> {
        exchange.startStream();
        exchange.chunk(HI);
        exchange.chunk(USAGE);
        exchange.chunk(DONE);
        exchange.endStream();
    });

    StreamingTest() {
        gateway.serve("bot", model);
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        model.close();
    }

    @Test
    void whoHasReadDoneHasBeenMetered() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        model.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk(HI);
            exchange.chunk(USAGE);
            exchange.chunk(DONE);
            try {
                assertThat(read.await(10, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            exchange.close();
        });
        try (RawClient client = gateway.client()) {
            client.post(CHAT, gateway.key.reveal(), BODY);
            client.head();
            assertThat(client.chunk()).isEqualTo(HI);
            assertThat(client.chunk()).isEqualTo(DONE);
            UsageRecord record = gateway.records.poll();
            assertThat(record).isNotNull();
            assertThat(record.outputTokens()).isEqualTo(4);
            assertThat(record.cancelled()).isFalse();
            read.countDown();
            // The model server breaks off behind [DONE]: the answer was whole all the same.
            assertThat(client.chunk()).isEmpty();
        }
        assertThat(gateway.records.poll(100, TimeUnit.MILLISECONDS)).isNull();
    }

    @Test
    void eachChunkComesWhenItWasSent() throws Exception {
        BlockingQueue<String> toSend = new LinkedBlockingQueue<>();
        model.script((_, exchange) -> {
            exchange.startStream();
            for (String next = take(toSend); !next.isEmpty(); next = take(toSend)) {
                exchange.chunk(next);
            }
            exchange.endStream();
        });
        try (RawClient client = gateway.client()) {
            client.post(CHAT, gateway.key.reveal(), BODY);
            RawClient.Answer head = client.head();
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("content-type")).isEqualTo("text/event-stream");
            for (int i = 0; i < 20; i++) {
                toSend.add("data: {\"n\":" + i + "}\n\n");
                assertThat(client.chunk()).isEqualTo("data: {\"n\":" + i + "}\n\n");
            }
            toSend.add(DONE);
            assertThat(client.chunk()).isEqualTo(DONE);
            toSend.add("");
            assertThat(client.chunk()).isEmpty();
            toSend.add("");
            client.post(CHAT, gateway.key.reveal(), BODY);
            assertThat(client.answer().status()).isEqualTo(200);
        }
    }

    @Test
    void theUsageChunkIsMeteredAndHiddenFromACallerWhoDidNotAskForIt() throws IOException {
        RawClient.Answer answer = gateway.chat(BODY);
        assertThat(answer.body()).isEqualTo(HI + DONE);
        assertThat(model.next().text())
                .isEqualTo("{\"model\":\"served-model\",\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
        UsageRecord record = gateway.record();
        assertThat(record.inputTokens()).isEqualTo(3);
        assertThat(record.outputTokens()).isEqualTo(4);
        assertThat(record.streamed()).isTrue();
        assertThat(record.responseBytes()).isEqualTo((HI + DONE).length());
    }

    @Test
    void theUsageChunkReachesACallerWhoAskedForIt() throws IOException {
        RawClient.Answer answer = gateway.chat("{\"stream\":true,\"stream_options\":{\"include_usage\":true}}");
        assertThat(answer.body()).isEqualTo(HI + USAGE + DONE);
        assertThat(gateway.record().inputTokens()).isEqualTo(3);
    }

    @Test
    void aStreamThatDiesEndsWithOneErrorEventAndTheConnection() throws IOException {
        model.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk(HI);
            exchange.chunk("data: {\"choices\":[{\"del");
            exchange.close();
        });
        try (RawClient client = gateway.client()) {
            client.post(CHAT, gateway.key.reveal(), BODY);
            client.head();
            assertThat(client.chunk()).isEqualTo(HI);
            String error = client.chunk();
            assertThat(error)
                    .startsWith("data: {\"error\":{\"message\":")
                    .contains("\"code\":\"upstream_error\"", "\"type\":\"server_error\"")
                    .endsWith("}}\n\n");
            assertThat(client.chunk()).isEmpty();
            assertThat(client.closedByPeer()).isTrue();
        }
        assertThat(gateway.record().cancelled()).isFalse();
        assertThat(gateway.records).isEmpty();
    }

    @Test
    void aStreamThatEndsWithItsConnectionAndWithoutDoneHasDied() throws IOException {
        model.script((_, exchange) -> {
            exchange.raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + HI);
            exchange.close();
        });
        assertThat(gateway.chat(BODY).body())
                .startsWith(HI + "data: {\"error\"")
                .doesNotContain("[DONE]");
        model.script((_, exchange) -> {
            exchange.raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + HI + DONE);
            exchange.close();
        });
        assertThat(gateway.chat(BODY).body()).isEqualTo(HI + DONE);
    }

    @Test
    void aCallerWhoLeavesCancelsTheStreamUpstream() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        model.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk(HI);
            if (exchange.waitForClose()) {
                closed.countDown();
            }
        });
        try (RawClient client = gateway.client()) {
            client.post(CHAT, gateway.key.reveal(), BODY);
            client.head();
            assertThat(client.chunk()).isEqualTo(HI);
        }
        assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
        UsageRecord record = gateway.record();
        assertThat(record.cancelled()).isTrue();
        assertThat(record.status()).isEqualTo(200);
        assertThat(gateway.records).isEmpty();
    }

    @Test
    void theModelServerLearnsWithinAHundredMillisecondsThatTheCallerHasLeft() throws Exception {
        BlockingQueue<Long> closings = new LinkedBlockingQueue<>();
        model.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk(HI);
            if (exchange.waitForClose()) {
                closings.add(System.nanoTime());
            }
        });
        List<Long> took = new ArrayList<>();
        for (int round = 0; round < 15; round++) {
            long left;
            try (RawClient client = gateway.client()) {
                client.post(CHAT, gateway.key.reveal(), BODY);
                client.head();
                assertThat(client.chunk()).isEqualTo(HI);
                left = System.nanoTime();
            }
            took.add(GatewayFixture.poll(closings) - left);
        }
        // The middle one, since a busy machine may hold up any single round.
        Collections.sort(took);
        assertThat(Duration.ofNanos(took.get(7))).isLessThan(Duration.ofMillis(100));
    }

    @Test
    void aSlowReaderHoldsTheModelServerBackInsteadOfFillingMemory() throws Exception {
        AtomicLong sent = new AtomicLong();
        String event = "data: {\"choices\":[{\"delta\":{\"content\":\"" + "x".repeat(10_000) + "\"}}]}\n\n";
        long all = 10_000L * 5_000;
        CountDownLatch ended = new CountDownLatch(1);
        model.script((_, exchange) -> {
            exchange.startStream();
            while (sent.get() < all) {
                exchange.chunk(event);
                sent.addAndGet(event.length());
            }
            exchange.chunk(DONE);
            exchange.endStream();
            ended.countDown();
        });
        try (RawClient client = new RawClient(gateway.server.port(), 16 * 1024)) {
            client.post(CHAT, gateway.key.reveal(), BODY);
            client.head();
            long before = -1;
            AtomicLong last = new AtomicLong(before);
            Awaitility.await()
                    .pollInterval(Duration.ofMillis(300))
                    .atMost(Duration.ofSeconds(20))
                    .until(() -> sent.get() > 0 && sent.get() == last.getAndSet(sent.get()));
            // What is on its way lies in four sockets' buffers, some megabytes, and a little in the gateway.
            assertThat(sent.get()).isLessThan(30_000_000);
            assertThat(ended.getCount()).isOne();
            long got = 0;
            for (String chunk = client.chunk(); !chunk.isEmpty(); chunk = client.chunk()) {
                got += chunk.length();
            }
            assertThat(got).isEqualTo(sent.get() + DONE.length());
        }
    }

    @Test
    void anErrorThatTheModelServerAnswersToAStreamIsPassedOn() throws IOException {
        model.script(
                (_, exchange) -> exchange.whole(400, "application/json", "{\"error\":{\"message\":\"too long\"}}"));
        RawClient.Answer answer = gateway.chat(BODY);
        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.body()).contains("too long");
        assertThat(gateway.record().streamed()).isFalse();
    }

    @Test
    void usageOfTheResponsesRouteIsReadFromItsEvents() throws IOException {
        String completed = "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"usage\":"
                + "{\"input_tokens\":6,\"input_tokens_details\":{\"cached_tokens\":1},\"output_tokens\":2}}}\n\n";
        model.script((_, exchange) -> {
            exchange.startStream();
            exchange.chunk(completed);
            exchange.endStream();
        });
        RawClient.Answer answer =
                gateway.post("/endpoint/acme/bot/v1/responses", gateway.key.reveal(), "{\"stream\":true}");
        assertThat(answer.body()).isEqualTo(completed);
        assertThat(model.next().text()).isEqualTo("{\"stream\":true,\"model\":\"served-model\"}");
        UsageRecord record = gateway.record();
        assertThat(record.inputTokens()).isEqualTo(6);
        assertThat(record.outputTokens()).isEqualTo(2);
        assertThat(record.cachedTokens()).isEqualTo(1);
    }

    private static String take(BlockingQueue<String> queue) {
        return GatewayFixture.poll(queue);
    }
}
