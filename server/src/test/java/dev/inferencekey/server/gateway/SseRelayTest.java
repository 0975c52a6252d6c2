package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.inference.InferenceRoute;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SseRelayTest {
    private static final String CHUNK = "data: {\"choices\":[{\"delta\":{\"content\":\"hé\\n\"}}],\"usage\":null}";
    private static final String USAGE =
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}";

    private final UsageScan usage = new UsageScan();

    private SseRelay relay(boolean hide) {
        byte[] noChoice = hide ? UsageChunk.noChoice(InferenceRoute.CHAT_COMPLETIONS) : null;
        return new SseRelay(noChoice, usage, UnpooledByteBufAllocator.DEFAULT);
    }

    private static String feed(SseRelay relay, String text) {
        ByteBuf out = Unpooled.buffer();
        relay.feed(Unpooled.copiedBuffer(text, UTF_8), out);
        return out.toString(UTF_8);
    }

    @Test
    void passesEachEventOnAsSoonAsItIsWhole() {
        SseRelay relay = relay(false);
        assertThat(feed(relay, CHUNK + "\n\n")).isEqualTo(CHUNK + "\n\n");
        assertThat(feed(relay, CHUNK.substring(0, 20))).isEmpty();
        assertThat(feed(relay, CHUNK.substring(20) + "\n")).isEmpty();
        assertThat(feed(relay, "\n")).isEqualTo(CHUNK + "\n\n");
        assertThat(feed(relay, "data: [DONE]\n\n")).isEqualTo("data: [DONE]\n\n");
        assertThat(relay.doneSeen()).isTrue();
    }

    @Test
    void anEventLeavesWithItsWholeLineEndAndALateLineFeedFollowsAtOnce() {
        SseRelay relay = relay(true);
        String event = CHUNK.replace(",\"usage\":null", "");
        assertThat(feed(relay, CHUNK + "\r\n\r\n")).isEqualTo(event + "\r\n\r\n");
        assertThat(feed(relay, CHUNK + "\r\n\r")).isEqualTo(event + "\r\n\r");
        assertThat(feed(relay, "\n")).isEqualTo("\n");
        assertThat(feed(relay, CHUNK + "\r")).isEmpty();
        assertThat(feed(relay, "\n")).isEmpty();
        assertThat(feed(relay, "\r")).isEqualTo(event + "\r\n\r");
        assertThat(feed(relay, "\n" + USAGE + "\r\n\r")).isEqualTo("\n");
        assertThat(feed(relay, "\n")).isEmpty();
        assertThat(feed(relay, "data: [DONE]\r\n\r\n")).isEqualTo("data: [DONE]\r\n\r\n");
    }

    @Test
    void passesCommentsOnAtTheEndOfTheirLine() {
        SseRelay relay = relay(true);
        assertThat(feed(relay, ": keep-alive\n")).isEqualTo(": keep-alive\n");
        assertThat(feed(relay, "\n")).isEqualTo("\n");
    }

    @Test
    void streamsInAnyPiecesAndWithAnyLineEndComeOutUnchangedButForTheHiddenChunk() {
        for (String end : List.of("\n", "\r\n", "\r")) {
            for (int seed = 0; seed < 500; seed++) {
                RandomJson random = new RandomJson(new Random(seed));
                String blank = end + end;
                String before = ": hello" + blank + CHUNK + blank + "event: x" + end + CHUNK + end + "id: 4" + blank;
                String after = "data: [DONE]" + blank;
                boolean hide = seed % 2 == 0;
                SseRelay relay = relay(hide);
                ByteBuf out = Unpooled.buffer();
                for (ByteBuf piece : random.cut((before + USAGE + blank + after).getBytes(UTF_8))) {
                    relay.feed(piece, out);
                }
                relay.end(out);
                String got = out.toString(UTF_8);
                String whole = before + USAGE + blank + after;
                assertThat(got).isEqualTo(hide ? (before + after).replace(",\"usage\":null", "") : whole);
                assertThat(relay.doneSeen()).isTrue();
                assertThat(usage.inputTokens(false)).isEqualTo(3);
                assertThat(usage.outputTokens()).isEqualTo(4);
            }
        }
    }

    @Test
    void readsUsageFromDataOfSeveralLinesAndWithoutTheSpace() {
        SseRelay relay = relay(true);
        assertThat(feed(relay, "data:{\"choices\":[],\ndata: \"usage\":{\"prompt_tokens\":7\ndata:}}\n\n"))
                .isEmpty();
        assertThat(usage.inputTokens(false)).isEqualTo(7);
    }

    @Test
    void aStreamThatDiesInsideAnEventEndsWithACleanErrorEvent() {
        SseRelay relay = relay(false);
        ByteBuf out = Unpooled.buffer();
        relay.feed(Unpooled.copiedBuffer(CHUNK + "\n\n" + CHUNK.substring(0, 15), UTF_8), out);
        relay.die("data: error\n\n".getBytes(UTF_8), out);
        assertThat(out.toString(UTF_8)).isEqualTo(CHUNK + "\n\ndata: error\n\n");
    }

    @Test
    void holdsNoMoreThanItsBound() {
        SseRelay relay = relay(true);
        ByteBuf out = Unpooled.buffer();
        long passed = 0;
        String piece = "x".repeat(1000);
        relay.feed(Unpooled.copiedBuffer("data: ", UTF_8), out);
        for (int i = 1; i <= 1000; i++) {
            relay.feed(Unpooled.copiedBuffer(piece, UTF_8), out);
            passed += out.readableBytes();
            out.clear();
            assertThat(6 + i * 1000L - passed).isLessThanOrEqualTo(SseRelay.MAX_HELD_BYTES);
        }
        relay.die("data: error\n\n".getBytes(UTF_8), out);
        assertThat(out.toString(UTF_8)).isEqualTo("\n\ndata: error\n\n");
    }

    @Test
    void anUnfinishedLastEventOfAWholeStreamIsPassedOn() {
        SseRelay relay = relay(true);
        ByteBuf out = Unpooled.buffer();
        relay.feed(Unpooled.copiedBuffer("data: [DONE]\n", UTF_8), out);
        assertThat(out.isReadable()).isFalse();
        relay.end(out);
        assertThat(out.toString(UTF_8)).isEqualTo("data: [DONE]\n");
        assertThat(relay.doneSeen()).isTrue();
    }

    private static String hidden(String first, String last) {
        SseRelay relay = new SseRelayTest().relay(true);
        feed(relay, "data: " + first + "\n\n");
        return feed(relay, "data: " + last + "\n\n");
    }

    @Test
    void whatElseTheUsageChunkCarriesIsPassedOnWithoutTheUsageAndWithAChoiceThatSaysNothing() {
        String first = "{\"id\":\"x\",\"choices\":[{\"delta\":{\"role\":\"assistant\"}}],\"service_tier\":\"default\"}";
        String noChoice = "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":null}]";
        String usage = "\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}";
        assertThat(hidden(first, "{\"id\":\"x\",\"choices\":[]," + usage + ",\"timings\":{\"predicted_ms\":1.50}}"))
                .isEqualTo("data: {\"id\":\"x\"," + noChoice + ",\"timings\":{\"predicted_ms\":1.50}}\n\n");
        assertThat(hidden(first, "{" + usage + ", \"system_fingerprint\": \"fp\" , \"created\": 1}"))
                .isEqualTo("data: { \"system_fingerprint\": \"fp\", \"created\": 1," + noChoice + "}\n\n");
        assertThat(hidden(first, "{\"choices\":null," + usage + ",\"error\":{\"code\":1}}"))
                .isEqualTo("data: {" + noChoice + ",\"error\":{\"code\":1}}\n\n");
        for (String nothingElse : List.of(
                "{\"id\":\"y\",\"object\":\"o\",\"created\":1,\"model\":\"m\",\"choices\":[]," + usage + "}",
                "{\"choices\":null," + usage + "}",
                "{" + usage + "}",
                "{\"choices\":[]," + usage + ",\"system_fingerprint\":null}",
                "{\"service_tier\":\"default\",\"choices\":[]," + usage + "}")) {
            assertThat(hidden(first, nothingElse)).isEmpty();
        }
    }

    @Test
    void aChunkOfACompletionHasATextThatSaysNothing() {
        SseRelay relay =
                new SseRelay(UsageChunk.noChoice(InferenceRoute.COMPLETIONS), usage, UnpooledByteBufAllocator.DEFAULT);
        assertThat(feed(relay, "id: 7\r\ndata: {\"choices\":[],\"usage\":{},\ndata: \"timings\":{}}\r\n\r\n"))
                .isEqualTo("id: 7\r\ndata: {\"choices\":[{\"index\":0,\"text\":\"\",\"finish_reason\":null}],"
                        + "  \"timings\":{}}\r\n\r\n");
    }

    @Test
    void aUsageThatIsNullIsTakenOutForACallerWhoDidNotAskForIt() {
        String choice = "\"choices\":[{\"delta\":{\"content\":\"a\"}}]";
        for (String[] both : new String[][] {
            {"{" + choice + ",\"usage\":null}", "{" + choice + "}"},
            {"{" + choice + ", \"usage\" : null , \"x\":1}", "{" + choice + " , \"x\":1}"},
            {"{\"usage\":null," + choice + "}", "{" + choice + "}"},
            {"{\"us\\u0061ge\":null," + choice + "}", "{\"us\\u0061ge\":null," + choice + "}"},
            {"{" + choice + ",\"usage\":{\"prompt_tokens\":1}}", "{" + choice + ",\"usage\":{\"prompt_tokens\":1}}"},
            {"{\"choices\":[{\"usage\":null}]}", "{\"choices\":[{\"usage\":null}]}"}
        }) {
            assertThat(feed(relay(true), "data: " + both[0] + "\n\n")).isEqualTo("data: " + both[1] + "\n\n");
            assertThat(feed(relay(false), "data: " + both[0] + "\n\n")).isEqualTo("data: " + both[0] + "\n\n");
        }
    }

    @Test
    void whereverAStreamIsCutNoFewerPiecesOfTextAreCountedThanWerePassedOn() {
        StringBuilder stream = new StringBuilder(
                "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\r\n\r\n");
        for (String delta : List.of(
                "\"content\":\"a\"",
                "\"content\":null,\"reasoning_content\":\"hm\"",
                "\"tool_calls\":[{\"index\":0,\"function\":{\"arguments\":\"{\"}}]",
                "\"content\":\"b\",\"tool_calls\":[]",
                "\"refusal\":\"no\"")) {
            stream.append("data: {\"choices\":[{\"delta\":{").append(delta).append("}}],\"usage\":null}\r\n\r\n");
        }
        stream.append("data: {\"choices\":[{\"text\":\"c\"}]}\n\n");
        stream.append("data: {\"type\":\"response.output_text.delta\",\"delta\":\"d\"}\n\n");
        byte[] bytes = stream.toString().getBytes(UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            UsageScan scan = new UsageScan();
            SseRelay relay = new SseRelay(
                    UsageChunk.noChoice(InferenceRoute.CHAT_COMPLETIONS), scan, UnpooledByteBufAllocator.DEFAULT);
            ByteBuf out = Unpooled.buffer();
            for (ByteBuf piece : new RandomJson(new Random(cut)).cut(Arrays.copyOf(bytes, cut))) {
                relay.feed(piece, out);
            }
            relay.release();
            long passed = out.toString(UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("data:") && !line.contains("assistant"))
                    .count();
            assertThat(scan.passedPieces()).isEqualTo(passed);
        }
    }

    @Test
    void aStreamIsWholeThatEndsWithTheMarkHoweverItIsWritten() {
        for (String done :
                List.of("data: [DONE]", "data:[DONE]", "data: [DONE] ", "data:  [DONE]\t\r\n", "data: [DONE]\r")) {
            SseRelay relay = relay(true);
            feed(relay, CHUNK + "\n\n");
            feed(relay, done);
            assertThat(relay.endsDone()).as(done).isTrue();
        }
        SseRelay relay = relay(true);
        feed(relay, "data: [DONE]s");
        assertThat(relay.endsDone()).isFalse();
    }

    @Test
    void readsAStreamBehindAByteOrderMark() {
        SseRelay relay = relay(true);
        assertThat(feed(relay, "\ufeff" + USAGE + "\n\n")).isEmpty();
        assertThat(usage.inputTokens(false)).isEqualTo(3);
    }
}
