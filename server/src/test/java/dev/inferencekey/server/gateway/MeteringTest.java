package dev.inferencekey.server.gateway;

import static dev.inferencekey.server.gateway.GatewayFixture.CHAT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.inference.UsageRecord;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.ports.access.Backends;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** No call is free, and none that failed is taken for a success, however its answer ends. */
@Tag("slow")
final class MeteringTest {
    private static final String BODY = "{\"model\":\"bot\",\"stream\":true}";
    private static final long BODY_TOKENS = (BODY.length() + 3L) / 4;
    private static final String ROLE =
            "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n";
    private static final String HI = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}]}\n\n";
    private static final String STOP = "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    private static final String USAGE =
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}\n\n";
    private static final String DONE = "data: [DONE]\n\n";
    private static final String STREAM_HEAD = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n";

    private final GatewayFixture gateway = new GatewayFixture();
    private final FakeModelServer model = FakeModelServer.answering("application/json", "{}");

    MeteringTest() {
        gateway.serve("bot", model);
    }

    @AfterEach
    void close() throws IOException {
        gateway.close();
        model.close();
    }

    /** Streams these events, and waits for the gateway to leave, or leaves itself. */
    private void streams(boolean dies, String... events) {
        model.script((_, exchange) -> {
            exchange.startStream();
            for (String event : events) {
                exchange.chunk(event);
            }
            if (dies) {
                exchange.close();
            } else {
                exchange.waitForClose();
            }
        });
    }

    private UsageRecord leaveAfter(LiveKey key, String... events) throws IOException {
        streams(false, events);
        try (RawClient client = gateway.client()) {
            client.post(CHAT, key.reveal(), BODY);
            client.head();
            for (String event : events) {
                assertThat(client.chunk()).isEqualTo(event);
            }
        }
        return gateway.record();
    }

    @Test
    void aCallerWhoLeavesIsMeteredByWhatItGot() throws IOException {
        UsageRecord record = leaveAfter(gateway.key, ROLE, HI, HI, HI);

        assertThat(record.cancelled()).isTrue();
        assertThat(record.estimated()).isTrue();
        assertThat(record.outputTokens()).isEqualTo(3);
        assertThat(record.inputTokens()).isEqualTo(BODY_TOKENS);
        assertThat(record.failed()).isFalse();
    }

    @Test
    void textThatCameInOneLargeChunkIsMeteredByItsLength() throws IOException {
        String text = "word ".repeat(400);

        UsageRecord record = leaveAfter(gateway.key, HI.replace("hi", text));

        assertThat(record.outputTokens()).isEqualTo(500);
    }

    @Test
    void aRunningCountOfTheModelServerIsTakenIfItIsMore() throws IOException {
        String counting = "data: {\"choices\":[{\"delta\":{\"content\":\"hi\"}}],\"usage\":{\"prompt_tokens\":7,"
                + "\"completion_tokens\":9}}\n\n";

        UsageRecord record = leaveAfter(gateway.key, HI, counting);

        assertThat(record.inputTokens()).isEqualTo(7);
        assertThat(record.outputTokens()).isEqualTo(9);
        assertThat(record.estimated()).isTrue();
    }

    @Test
    void tokenLimitsAreSettledByWhatWasPassedOn() throws IOException {
        LiveKey key = gateway.mintLimited("key_l", new Limits(null, 1_000, null));
        String[] events = new String[400];
        Arrays.fill(events, HI);

        leaveAfter(key, events);
        UsageRecord record = leaveAfter(key, events);
        RawClient.Answer refused = gateway.post(CHAT, key.reveal(), BODY);

        assertThat(record.outputTokens()).isEqualTo(400);
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.header("x-ratelimit-remaining-tokens"))
                .isEqualTo(Long.toString(1_000 - 2 * (400 + BODY_TOKENS)));
    }

    @Test
    void aStreamThatDiesIsMeteredByWhatWasPassedOnAndHasFailed() throws IOException {
        streams(true, ROLE, HI, HI, HI.substring(0, 20));
        gateway.chat(BODY);

        UsageRecord record = gateway.record();
        assertThat(record.status()).isEqualTo(200);
        assertThat(record.outputTokens()).isEqualTo(2);
        assertThat(record.estimated()).isTrue();
        assertThat(record.error()).isEqualTo("upstream_error");
        assertThat(record.failed()).isTrue();
    }

    @Test
    void whatTheModelServerSaysOfAWholeStreamIsNoEstimate() throws IOException {
        for (String[] whole :
                List.of(new String[] {ROLE, HI, HI, HI, HI, HI, STOP, USAGE, DONE}, new String[] {HI, STOP, USAGE})) {
            streams(true, whole);
            gateway.chat(BODY);
            UsageRecord record = gateway.record();
            assertThat(record.inputTokens()).isEqualTo(3);
            assertThat(record.outputTokens()).isEqualTo(4);
            assertThat(record.estimated()).isFalse();
        }
    }

    @Test
    void aWholeStreamWithoutUsageIsEstimated() throws IOException {
        model.script((_, exchange) -> exchange.whole(200, "text/event-stream", ROLE + HI + HI + STOP + DONE));
        assertThat(gateway.chat(BODY).body()).isEqualTo(ROLE + HI + HI + STOP + DONE);

        UsageRecord record = gateway.record();
        assertThat(record.outputTokens()).isEqualTo(2);
        assertThat(record.estimated()).isTrue();
        assertThat(record.failed()).isFalse();
    }

    @Test
    void whereverAStreamIsCutNoLessIsMeteredThanWasPassedOn() throws IOException {
        String stream = ROLE + HI.replace("\n", "\r\n").repeat(3) + HI.repeat(3) + STOP + USAGE + DONE;
        Random random = new Random(7);
        for (int round = 0; round < 60; round++) {
            String sent = stream.substring(0, random.nextInt(stream.length() + 1));
            boolean reset = random.nextBoolean();
            model.script((_, exchange) -> {
                exchange.raw(STREAM_HEAD.replace("\r\n\r\n", "\r\nContent-Length: 100000\r\n\r\n"));
                exchange.raw(sent);
                if (reset) {
                    exchange.reset();
                } else {
                    exchange.close();
                }
            });
            String got = gateway.chat(BODY).body();
            UsageRecord record = gateway.record();
            long passed = got.lines().filter(line -> line.contains("\"hi\"")).count();
            if (record.estimated()) {
                assertThat(record.outputTokens()).as(sent).isGreaterThanOrEqualTo(passed);
            } else if (record.status() == 200) {
                assertThat(sent).contains("completion_tokens\":4}}");
                assertThat(record.outputTokens()).isEqualTo(4);
            }
            if (!sent.contains("[DONE]\n")) {
                assertThat(record.failed()).isTrue();
            }
        }
    }

    @Test
    void anAnswerThatIsNoStreamAndIsCutShortIsEstimatedByItsLengthAndHasFailed() throws IOException {
        String half = "{\"choices\":[{\"message\":{\"content\":\"" + "word ".repeat(100);
        model.script((_, exchange) -> {
            exchange.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n" + half);
            exchange.close();
        });
        try (RawClient client = gateway.client()) {
            client.post(CHAT, gateway.key.reveal(), GatewayFixture.BODY);
            client.head();
            client.rest();
        }

        UsageRecord record = gateway.record();
        assertThat(record.outputTokens()).isEqualTo(half.length() / 4);
        assertThat(record.inputTokens()).isEqualTo((GatewayFixture.BODY.length() + 3) / 4);
        assertThat(record.estimated()).isTrue();
        assertThat(record.error()).isEqualTo("upstream_error");
    }

    @Test
    void anErrorToldWithinAGoodAnswerHasFailed() throws IOException {
        String error = "{\"error\":{\"message\":\"out of memory\",\"code\":500}}";
        model.script((_, exchange) -> exchange.whole(200, "application/json", error));
        assertThat(gateway.chat(GatewayFixture.BODY).body()).isEqualTo(error);
        UsageRecord whole = gateway.record();
        assertThat(whole.status()).isEqualTo(200);
        assertThat(whole.error()).isEqualTo("upstream_error");

        for (String end : List.of(DONE, "")) {
            streams(true, HI, "data: " + error + "\n\n", end.isEmpty() ? HI : end);
            gateway.chat(BODY);
            assertThat(gateway.record().error()).isEqualTo("upstream_error");
        }
        streams(true, HI, "data: {\"error\":null,\"choices\":[{\"delta\":{\"content\":\"error\"}}]}\n\n", USAGE, DONE);
        gateway.chat(BODY);
        assertThat(gateway.record().failed()).isFalse();
    }

    @Test
    void aCloseDelimitedStreamWhoseErrorWasToldGetsNoSecondOne() throws IOException {
        String error = "data: {\"error\":{\"message\":\"out of memory\"}}\n\n";
        model.script((_, exchange) -> {
            exchange.raw(STREAM_HEAD + HI + error);
            exchange.close();
        });

        assertThat(gateway.chat(BODY).body()).isEqualTo(HI + error);
    }

    @ParameterizedTest
    @ValueSource(strings = {"data: [DONE]", "data: [DONE] \n\n", "data:[DONE]\r\n"})
    void aCloseDelimitedStreamIsWholeHoweverItsLastLineIsWritten(String done) throws IOException {
        model.script((_, exchange) -> {
            exchange.raw(STREAM_HEAD + HI + STOP + USAGE + done);
            exchange.close();
        });

        assertThat(gateway.chat(BODY).body()).isEqualTo(HI + STOP + done);
        assertThat(gateway.record().failed()).isFalse();
    }

    @Test
    void aStreamIsKnownByItsFirstByteWhereItsTypeDoesNotSay() throws IOException {
        for (String type : List.of("Content-Type: text/plain\r\n", "", "Content-Type: application/json\r\n")) {
            for (String mark : List.of("", "\ufeff")) {
                model.script((_, exchange) -> {
                    exchange.raw("HTTP/1.1 200 OK\r\n" + type + "\r\n" + mark + HI + USAGE + DONE);
                    exchange.close();
                });
                RawClient.Answer answer = gateway.chat(BODY);
                assertThat(answer.body()).isEqualTo(mark + HI + DONE);
                assertThat(answer.header("x-accel-buffering")).isEqualTo("no");
                assertThat(gateway.record().outputTokens()).isEqualTo(4);
            }
        }
        for (String type : List.of("text/plain", "application/octet-stream")) {
            for (String mark : List.of("", "\ufeff")) {
                String json = mark + " {\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}";
                model.script((_, exchange) -> exchange.whole(200, type, json));
                assertThat(gateway.chat(GatewayFixture.BODY).body()).isEqualTo(json);
                assertThat(gateway.record().outputTokens()).isEqualTo(4);
            }
        }
    }

    @Test
    void anAnswerThatIsCompressedUnaskedIsOnlyPassedOn() throws IOException {
        model.script((_, exchange) -> exchange.raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                + "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\ndata"));

        RawClient.Answer answer = gateway.chat(BODY);

        assertThat(answer.body()).isEqualTo("data");
        assertThat(answer.header("content-encoding")).isEqualTo("gzip");
        assertThat(model.next().headers()).containsEntry("accept-encoding", "identity");
    }

    @Test
    void aTotalThatStandsAloneIsTheInputOfARerank() throws IOException {
        gateway.changes.putEndpoint(GatewayFixture.endpoint("ranker", TaskType.RERANKER));
        gateway.serve("ranker", model);
        model.script((_, exchange) ->
                exchange.whole(200, "application/json", "{\"results\":[],\"usage\":{\"total_tokens\":62}}"));

        gateway.post("/endpoint/acme/ranker/v1/rerank", gateway.key.reveal(), "{\"query\":\"a\",\"documents\":[]}");

        UsageRecord record = gateway.record();
        assertThat(record.inputTokens()).isEqualTo(62);
        assertThat(record.outputTokens()).isNull();
        assertThat(record.estimated()).isFalse();
    }

    @Test
    void anEventWithCarriageReturnsLeavesWithItsWholeLineEnd() throws IOException {
        String event = HI.replace("\n", "\r\n");
        streams(false, event);
        try (RawClient client = gateway.client()) {
            client.post(CHAT, gateway.key.reveal(), BODY);
            assertThat(client.head().header("x-accel-buffering")).isEqualTo("no");
            assertThat(client.chunk()).isEqualTo(event);
        }
    }

    @Test
    void onlyAModelServerOfThePlatformSaysThatItSimulates() throws IOException {
        model.script((_, exchange) -> exchange.raw("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                + "X-InferenceKey-Simulated: true\r\nX-InferenceKey-Other: 1\r\nContent-Length: 2\r\n\r\n{}"));
        RawClient.Answer own = gateway.chat(GatewayFixture.BODY);
        assertThat(own.header("x-inferencekey-simulated")).isEqualTo("true");
        assertThat(own.headers()).doesNotContainKey("x-inferencekey-other");

        ReplicaTarget elsewhere =
                new ReplicaTarget("rep_x", model.url(), "m", null, ReplicaTarget.Place.EXTERNAL, true);
        gateway.table.setBackends("wl_bot", new Backends.Ready(List.of(elsewhere)));
        RawClient.Answer external = gateway.chat(GatewayFixture.BODY);
        assertThat(external.status()).isEqualTo(200);
        assertThat(external.headers()).doesNotContainKey("x-inferencekey-simulated");
    }

    @ParameterizedTest
    @ValueSource(ints = {600, 999})
    void aStatusThatHttpDoesNotKnowIsOurError(int status) throws IOException {
        model.script((_, exchange) -> exchange.whole(status, "application/json", "{}"));

        RawClient.Answer answer = gateway.chat(GatewayFixture.BODY);

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.body()).contains("\"upstream_error\"", "the status " + status);
        assertThat(gateway.record().error()).isEqualTo("upstream_error");
    }
}
