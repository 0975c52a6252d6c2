package dev.inferencekey.contract.sse;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SseEventTest {
    @Test
    void framesAPayloadAsOneDataLine() {
        assertThat(framed("{\"a\":1}")).isEqualTo("data: {\"a\":1}\n\n");
    }

    @Test
    void framesEachLineOfAPayloadEmptyOnesAndTheLastOneToo() {
        assertThat(framed("a\nb")).isEqualTo("data: a\ndata: b\n\n");
        assertThat(framed("a\n\n")).isEqualTo("data: a\ndata: \ndata: \n\n");
        assertThat(framed("\n")).isEqualTo("data: \ndata: \n\n");
        assertThat(framed("")).isEqualTo("data: \n\n");
    }

    @Test
    void aCarriageReturnInAPayloadCanNotStartAFieldOfItsOwn() {
        assertThat(framed("a\revent: b\r\nid: 1")).isEqualTo("data: a\ndata: event: b\ndata: id: 1\n\n");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void everyTextComesBackButForItsLineEnds(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            String text = anyText(random);
            assertThat(SseParserTest.feedInPieces(new SseParser(), SseEvent.encode(text), random))
                    .containsExactly(
                            new SseEvent("message", text.replace("\r\n", "\n").replace('\r', '\n'), ""));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "keep-alive", "a\nb", "a\r\ndata: b", "data: x", "\r", "\n\n"})
    void aCommentIsNoEventWhateverItSays(String text) {
        SseParser parser = new SseParser();

        assertThat(parser.feed(SseEvent.encodeComment(text))).isEmpty();
        assertThat(parser.feed(SseEvent.encode("a"))).containsExactly(new SseEvent("message", "a", ""));
    }

    private static String framed(String data) {
        return new String(SseEvent.encode(data), StandardCharsets.UTF_8);
    }

    private static String anyText(Random random) {
        String[] tokens = {
            "\r", "\n", "\r\n", " ", ":", "data: ", "a", "ñ", "📦", "\uFEFF", "\0", "\u2028", "\u0085", "\t"
        };
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(12); n > 0; n--) {
            text.append(tokens[random.nextInt(tokens.length)]);
        }
        return text.toString();
    }
}
