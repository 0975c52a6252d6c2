package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SseRelayTest {
    private static final String CHUNK = "data: {\"choices\":[{\"delta\":{\"content\":\"hé\\n\"}}],\"usage\":null}";
    private static final String USAGE =
            "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4}}";

    private final UsageScan usage = new UsageScan();

    private SseRelay relay(boolean hide) {
        return new SseRelay(hide, usage, UnpooledByteBufAllocator.DEFAULT);
    }

    private static String feed(SseRelay relay, String text) {
        ByteBuf out = Unpooled.buffer();
        relay.feed(Unpooled.copiedBuffer(text, UTF_8), out);
        return out.toString(UTF_8);
    }

    @Test
    void passesEachEventOnAsSoonAsItIsWhole() {
        SseRelay relay = relay(true);
        assertThat(feed(relay, CHUNK + "\n\n")).isEqualTo(CHUNK + "\n\n");
        assertThat(feed(relay, CHUNK.substring(0, 20))).isEmpty();
        assertThat(feed(relay, CHUNK.substring(20) + "\n")).isEmpty();
        assertThat(feed(relay, "\n")).isEqualTo(CHUNK + "\n\n");
        assertThat(feed(relay, "data: [DONE]\n\n")).isEqualTo("data: [DONE]\n\n");
        assertThat(relay.doneSeen()).isTrue();
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
                if (!hide) {
                    assertThat(got).isEqualTo(whole);
                } else if (end.equals("\r\n")) {
                    // A line feed that came in a later piece than its carriage return may stay behind as an empty line.
                    assertThat(got.replace("\r\n\n", "\r\n")).isEqualTo(before + after);
                } else {
                    assertThat(got).isEqualTo(before + after);
                }
                assertThat(relay.doneSeen()).isTrue();
                assertThat(usage.inputTokens()).isEqualTo(3);
                assertThat(usage.outputTokens()).isEqualTo(4);
            }
        }
    }

    @Test
    void readsUsageFromDataOfSeveralLinesAndWithoutTheSpace() {
        SseRelay relay = relay(true);
        assertThat(feed(relay, "data:{\"choices\":[],\ndata: \"usage\":{\"prompt_tokens\":7\ndata:}}\n\n"))
                .isEmpty();
        assertThat(usage.inputTokens()).isEqualTo(7);
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
}
