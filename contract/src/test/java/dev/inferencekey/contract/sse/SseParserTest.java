package dev.inferencekey.contract.sse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.contract.Golden;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SseParserTest {
    static List<Map<String, @Nullable Object>> vectors() {
        return Golden.table("sse-vectors.json");
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void readsAsTheStandardSays(Map<String, @Nullable Object> row) {
        SseParser parser = new SseParser();

        assertThat(parser.feed(Golden.base64(row, "bytes_b64")))
                .as(Golden.text(row, "name"))
                .isEqualTo(eventsOf(row));
        assertThat(parser.retryMillis()).isEqualTo(retryOf(row));
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void readsTheSameInEveryCuttingIntoTwoAndIntoSingleBytes(Map<String, @Nullable Object> row) {
        byte[] bytes = Golden.base64(row, "bytes_b64");

        for (int cut = 0; cut <= bytes.length; cut++) {
            SseParser parser = new SseParser();
            List<SseEvent> events = new ArrayList<>(parser.feed(bytes, 0, cut));
            events.addAll(parser.feed(bytes, cut, bytes.length - cut));
            assertThat(events).as("cut at %d", cut).isEqualTo(eventsOf(row));
            assertThat(parser.retryMillis()).isEqualTo(retryOf(row));
        }
        SseParser parser = new SseParser();
        List<SseEvent> events = new ArrayList<>();
        for (byte b : bytes) {
            events.addAll(parser.feed(new byte[] {b}));
            events.addAll(parser.feed(new byte[0]));
        }
        assertThat(events).isEqualTo(eventsOf(row));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void agreesWithTheStandardOnRandomStreamsInRandomPieces(long seed) {
        Random random = new Random(seed);
        int events = 0;
        for (int i = 0; i < 5_000; i++) {
            byte[] stream = anyStream(random);
            List<SseEvent> expected = ReferenceParser.parse(stream);
            assertThat(feedInPieces(new SseParser(), stream, random))
                    .as(Arrays.toString(stream))
                    .isEqualTo(expected);
            events += expected.size();
        }
        assertThat(events).as("the generator must make events").isGreaterThan(5_000);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void survivesArbitraryBytes(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] stream = new byte[random.nextInt(200)];
            random.nextBytes(stream);
            assertThat(feedInPieces(new SseParser(), stream, random)).isEqualTo(ReferenceParser.parse(stream));
        }
    }

    @Test
    void givesAnEventAtItsBlankLineWithoutWaitingForMore() {
        SseParser parser = new SseParser();

        assertThat(parser.feed(ascii("data: a\r"))).isEmpty();
        assertThat(parser.feed(ascii("\r"))).extracting(SseEvent::data).containsExactly("a");
        assertThat(parser.feed(ascii("\n"))).isEmpty();
        assertThat(parser.feed(ascii("data: b\n\n"))).extracting(SseEvent::data).containsExactly("b");
    }

    @Test
    void readsOnlyTheGivenPartOfTheArray() {
        byte[] bytes = ascii("xxdata: a\n\nyy");

        assertThat(new SseParser().feed(bytes, 2, bytes.length - 4))
                .extracting(SseEvent::data)
                .containsExactly("a");
        assertThatThrownBy(() -> new SseParser().feed(bytes, 5, bytes.length))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void keepsTheLastRetryOverEventsAndHasNoneBefore() {
        SseParser parser = new SseParser();
        assertThat(parser.retryMillis()).isEmpty();

        parser.feed(ascii("retry: 1500\n"));
        assertThat(parser.retryMillis()).hasValue(1500);

        parser.feed(ascii("\ndata: a\n\nretry: 99999999999999999999\n"));
        assertThat(parser.retryMillis()).hasValue(1500);
    }

    @Test
    void acceptsAnEventOfExactlyTheLimitAndRefusesOneByteMore() {
        byte[] event = ascii("data: 12345\ndata: 6\n\n");

        assertThat(new SseParser(18).feed(event)).hasSize(1);
        assertThatThrownBy(() -> new SseParser(17).feed(event))
                .isInstanceOf(SseFormatException.class)
                .hasMessage("an event of the stream is larger than 17 bytes");
    }

    @Test
    void refusesALineWithoutEndBeforeHoldingIt() {
        SseParser parser = new SseParser(1000);
        parser.feed(ascii("data: " + "x".repeat(900)));

        assertThatThrownBy(() -> parser.feed(ascii("x".repeat(200)))).isInstanceOf(SseFormatException.class);
    }

    @Test
    void refusesEndlessLinesOfDataWithoutABlankLine() {
        SseParser parser = new SseParser(1000);

        assertThatThrownBy(() -> {
                    for (int i = 0; i < 1000; i++) {
                        parser.feed(ascii("data\n"));
                    }
                })
                .isInstanceOf(SseFormatException.class);
    }

    @Test
    void staysBrokenOnceTheLimitWasPassed() {
        SseParser parser = new SseParser(10);
        assertThatThrownBy(() -> parser.feed(ascii("data: far too long\n\n"))).isInstanceOf(SseFormatException.class);

        assertThatThrownBy(() -> parser.feed(ascii("data: a\n\n"))).isInstanceOf(SseFormatException.class);
    }

    @Test
    void theLimitIsForOneEventAndNotForTheStream() {
        SseParser parser = new SseParser(10);

        for (int i = 0; i < 1000; i++) {
            assertThat(parser.feed(ascii("data: 1234\n\n"))).hasSize(1);
        }
    }

    @Test
    void commentsAndOtherFieldsKeepAStreamAliveForEver() {
        SseParser parser = new SseParser(20);

        for (int i = 0; i < 1000; i++) {
            assertThat(parser.feed(ascii(": keep-alive\nretry: 1\nid: 7\nevent: x\nfoo: 1\n")))
                    .isEmpty();
        }
        assertThat(parser.feed(ascii("data: a\n\n"))).containsExactly(new SseEvent("x", "a", "7"));
    }

    @Test
    void refusesALimitThatAllowsNothing() {
        assertThatThrownBy(() -> new SseParser(0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxEventBytes must be at least 1, was 0");
    }

    @Test
    void readsALargeEventInSmallPiecesAndGoesOn() {
        String large = "ñ".repeat(2_000_000);
        byte[] bytes = SseEvent.encode(large);
        SseParser parser = new SseParser();
        List<SseEvent> events = new ArrayList<>();
        for (int at = 0; at < bytes.length; at += 4097) {
            events.addAll(parser.feed(bytes, at, Math.min(4097, bytes.length - at)));
        }
        events.addAll(parser.feed(ascii("data: small\n\n")));

        assertThat(events).hasSize(2);
        assertThat(events.get(0).data().equals(large)).isTrue();
        assertThat(events.get(1).data()).isEqualTo("small");
    }

    static List<SseEvent> feedInPieces(SseParser parser, byte[] stream, Random random) {
        List<SseEvent> events = new ArrayList<>();
        int at = 0;
        while (at < stream.length) {
            int count = Math.min(random.nextInt(1 + random.nextInt(12)), stream.length - at);
            events.addAll(parser.feed(stream, at, count));
            at += count;
        }
        return events;
    }

    private static List<SseEvent> eventsOf(Map<String, @Nullable Object> row) {
        return Golden.asTable(row.get("events")).stream()
                .map(event -> new SseEvent(
                        Golden.text(event, "type"), Golden.text(event, "data"), Golden.text(event, "last_event_id")))
                .toList();
    }

    private static OptionalLong retryOf(Map<String, @Nullable Object> row) {
        return row.get("retry_millis") == null
                ? OptionalLong.empty()
                : OptionalLong.of(Golden.number(row, "retry_millis"));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static byte[] anyStream(Random random) {
        String[] tokens = {
            "data",
            "data",
            "data",
            "data: ",
            "data:",
            "event",
            "event: ",
            "id",
            "id: ",
            "id: 1\0",
            "retry",
            ":",
            ":",
            " ",
            "\n",
            "\n",
            "\n\n",
            "\r",
            "\r\r",
            "\r\n",
            "\r\n\r\n",
            "\n\r",
            "a",
            "ñ",
            "📦",
            "\uFEFF",
            "\0",
            "\u2028",
            "DATA"
        };
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int n = random.nextInt(120); n > 0; n--) {
            if (random.nextInt(20) == 0) {
                out.write(random.nextInt(256));
            } else {
                out.writeBytes(tokens[random.nextInt(tokens.length)].getBytes(StandardCharsets.UTF_8));
            }
        }
        return out.toByteArray();
    }
}
