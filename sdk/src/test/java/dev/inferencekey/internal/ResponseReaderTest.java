package dev.inferencekey.internal;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.net.ProtocolException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseReaderTest {
    private static final int LIMIT = 1000;
    private static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String CHUNKED = OK + "Transfer-Encoding: chunked\r\n\r\n";

    /** An answer that is fine, and what it says. */
    record Sample(String bytes, int status, Map<String, String> headers, String body) {}

    static Stream<Sample> samples() {
        return Stream.of(
                new Sample(OK + "Content-Length: 5\r\n\r\nhello", 200, Map.of("content-length", "5"), "hello"),
                new Sample(OK + "CONTENT-LENGTH:5\r\ncontent-length: 5 \r\n\r\nhello", 200, Map.of(), "hello"),
                new Sample(OK + "Content-Length: 0\r\n\r\n", 200, Map.of(), ""),
                new Sample(
                        CHUNKED + "3\r\nhel\r\n02;x=\"y\"\r\nlo\r\n0\r\n\r\n",
                        200,
                        Map.of("transfer-encoding", "chunked"),
                        "hello"),
                new Sample(CHUNKED + "0000A \r\n0123456789\r\n0\r\nA: b\r\nC: d\r\n\r\n", 200, Map.of(), "0123456789"),
                new Sample("HTTP/1.1 204 No Content\r\nX-A: b\r\n\r\n", 204, Map.of("x-a", "b"), ""),
                new Sample("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n", 304, Map.of(), ""),
                new Sample("HTTP/1.1 429 \r\nContent-Length: 2\r\n\r\nno", 429, Map.of(), "no"),
                new Sample("HTTP/1.1 503\r\nContent-Length: 2\r\n\r\nno", 503, Map.of(), "no"),
                new Sample(
                        "HTTP/1.1 100 Continue\r\nA: b\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + OK
                                + "Content-Length: 2\r\n\r\nhi",
                        200,
                        Map.of(),
                        "hi"),
                new Sample(
                        OK + "X-Folded: a\r\n  b\r\n\t c\r\nEmpty:\r\nUmlaut: \u00e4\r\nContent-Length: 1\r\n\r\nx",
                        200,
                        Map.of("x-folded", "a b c", "empty", "", "umlaut", "\u00e4"),
                        "x"),
                new Sample("HTTP/1.1 200 OK\nContent-Length: 2\n\nhi", 200, Map.of(), "hi"),
                new Sample(
                        "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nhi",
                        200,
                        Map.of(),
                        "hi"));
    }

    /** Gives the bytes in pieces whose lengths {@code piece} chooses; then the end. */
    private static ResponseReader reader(String text, IntUnaryOperator piece) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        int[] at = new int[1];
        return new ResponseReader((into, from, length) -> {
            if (at[0] == bytes.length) {
                return -1;
            }
            int count = Math.min(Math.min(length, bytes.length - at[0]), Math.max(1, piece.applyAsInt(at[0])));
            System.arraycopy(bytes, at[0], into, from, count);
            at[0] += count;
            return count;
        });
    }

    private static ResponseReader reader(String text) {
        return reader(text, at -> Integer.MAX_VALUE);
    }

    private static String body(ResponseReader reader, ResponseHead head) throws IOException {
        Body.Whole body = reader.body(head, LIMIT, false);
        assertThat(body.truncated()).isFalse();
        return new String(body.bytes(), ISO_8859_1);
    }

    private static void assertReads(ResponseReader reader, Sample sample) throws IOException {
        ResponseHead head = reader.head();
        assertThat(head.status()).isEqualTo(sample.status());
        sample.headers()
                .forEach((name, value) ->
                        assertThat(head.headers().firstValue(name)).hasValue(value));
        assertThat(body(reader, head)).isEqualTo(sample.body());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void readsAnAnswerHoweverItIsCut(Sample sample) throws IOException {
        // The second answer shows that the first was read to its end and no further.
        String twice = sample.bytes() + sample.bytes();
        for (int cut = 0; cut <= sample.bytes().length(); cut++) {
            int first = cut;
            ResponseReader reader = reader(twice, at -> at < first ? first - at : Integer.MAX_VALUE);
            assertReads(reader, sample);
            assertReads(reader, sample);
            assertThat(reader.hasMore()).isFalse();
        }
        ResponseReader byteByByte = reader(twice, at -> 1);
        assertReads(byteByByte, sample);
        assertReads(byteByByte, sample);
    }

    @ParameterizedTest
    @MethodSource("samples")
    void neverTakesAPartForTheWhole(Sample sample) {
        for (int length = 0; length < sample.bytes().length(); length++) {
            ResponseReader reader = reader(sample.bytes().substring(0, length));
            assertThat(catchThrowable(() -> body(reader, reader.head())))
                    .as("the first %d bytes", length)
                    .isInstanceOf(IOException.class);
        }
    }

    @Test
    void acceptsAnErrorBodyThatBreaksOff() throws IOException {
        for (String broken :
                List.of("Content-Length: 100\r\n\r\nbroke", "Transfer-Encoding: chunked\r\n\r\n9\r\nbroke")) {
            ResponseReader reader = reader("HTTP/1.1 500 Oops\r\n" + broken);
            Body.Whole body = reader.body(reader.head(), LIMIT, true);
            assertThat(body.truncated()).isTrue();
            assertThat(body.bytes()).asString(ISO_8859_1).isEqualTo("broke");
        }
    }

    @Test
    void aBodyWithoutALengthEndsWithTheConnection() throws IOException {
        ResponseReader reader = reader(OK + "\r\nhello", at -> 1);
        ResponseHead head = reader.head();
        assertThat(head.length()).isEqualTo(ResponseHead.UNTIL_CLOSE);
        assertThat(body(reader, head)).isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "I am no HTTP server\r\n\r\n",
                "HTTP/2.0 200 OK\r\n\r\n",
                "HTTP/1.1  200 OK\r\n\r\n",
                "HTTP/1.1 20 OK\r\n\r\n",
                "HTTP/1.1 2000 OK\r\n\r\n",
                "HTTP/1.1 2x0 OK\r\n\r\n",
                "HTTP/1.1 -20 OK\r\n\r\n",
                "HTTP/1.1 099 Low\r\n\r\n",
                "HTTP/1.x 200 OK\r\n\r\n",
                "\r\nHTTP/1.1 200 OK\r\n\r\n",
                " HTTP/1.1 200 OK\r\n\r\n",
                "http/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
                OK + "no colon\r\n\r\n",
                OK + ": no name\r\n\r\n",
                OK + "Content-Length : 5\r\n\r\nhello",
                OK + "Content Length: 5\r\n\r\nhello",
                OK + " Content-Length: 5\r\n\r\nhello",
                OK + "A\u0000: b\r\n\r\n",
                OK + "A: b\u0000c\r\n\r\n",
                OK + "A: b\rContent-Length: 5\r\n\r\nhello",
                OK + "A: b\u007f\r\n\r\n",
                OK + "\u00e4: b\r\n\r\n",
                OK + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
                OK + "Content-Length: 5, 5\r\n\r\nhello",
                OK + "Content-Length: -5\r\n\r\nhello",
                OK + "Content-Length: +5\r\n\r\nhello",
                OK + "Content-Length: 0x5\r\n\r\nhello",
                OK + "Content-Length: \u00b2\r\n\r\nhello",
                OK + "Content-Length:\r\n\r\nhello",
                OK + "Content-Length: 9999999999999999999\r\n\r\nhello",
                OK + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                OK + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
                OK + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                OK + "Transfer-Encoding: identity\r\n\r\n",
                OK + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                CHUNKED + "\r\n",
                CHUNKED + "zz\r\n",
                CHUNKED + "-1\r\n",
                CHUNKED + "0x1\r\na\r\n0\r\n\r\n",
                CHUNKED + " 1\r\na\r\n0\r\n\r\n",
                CHUNKED + "1 x\r\na\r\n0\r\n\r\n",
                CHUNKED + "1\na\r\n0\r\n\r\n",
                CHUNKED + "1\r\nab\r\n0\r\n\r\n",
                CHUNKED + "1\r\na\n0\r\n\r\n",
                CHUNKED + "1\r\na0\r\n\r\n",
                CHUNKED + "ffffffffffffffff\r\n",
                CHUNKED + "0\r\nno trailer\r\n\r\n"
            })
    void refusesWhatIsNotClear(String answer) {
        ResponseReader reader = reader(answer);
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> body(reader, reader.head()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                OK,
                OK + "A: ",
                "HTTP/1.1 100 Continue\r\n\r\n",
                OK + "A: b\r\n",
                OK + "A: b\r\n ",
                CHUNKED + "1;",
                CHUNKED + "0\r\nA: b\r\n"
            })
    void holdsNoHeadWithoutAnEnd(String beginning) {
        String last = beginning.substring(beginning.lastIndexOf('\n', beginning.length() - 2) + 1);
        String repeated = last.equals("\r\n") || last.startsWith("HTTP") ? beginning : last;
        byte[] begin = beginning.getBytes(ISO_8859_1);
        byte[] again = (repeated.equals(OK) ? "x" : repeated).getBytes(ISO_8859_1);
        long[] given = new long[1];
        ResponseReader reader = new ResponseReader((into, from, length) -> {
            byte[] source = given[0] == 0 ? begin : again;
            int count = Math.min(length, source.length);
            System.arraycopy(source, 0, into, from, count);
            given[0] += count;
            return count;
        });
        assertThatExceptionOfType(ProtocolException.class).isThrownBy(() -> body(reader, reader.head()));
        assertThat(given[0]).isLessThan(3L * ResponseReader.MAX_HEAD_BYTES);
    }

    @Test
    void holdsNoMoreOfABodyThanItMay() throws IOException {
        for (int length : new int[] {LIMIT - 1, LIMIT, LIMIT + 1, 100 * LIMIT}) {
            String content = "x".repeat(length);
            String chunks = content.replaceAll("x{1,7}", "7\r\n$0\r\n");
            String lastChunk = Integer.toHexString(length % 7 == 0 ? 7 : length % 7);
            int last = chunks.lastIndexOf("7\r\n");
            String chunked = chunks.substring(0, last) + lastChunk + chunks.substring(last + 1) + "0\r\n\r\n";
            for (String answer : List.of(
                    OK + "Content-Length: " + length + "\r\n\r\n" + content,
                    CHUNKED + chunked,
                    OK + "\r\n" + content)) {
                for (int piece : new int[] {1, 13, Integer.MAX_VALUE}) {
                    ResponseReader reader = reader(answer, at -> piece);
                    Body.Whole body = reader.body(reader.head(), LIMIT, false);
                    assertThat(body.bytes()).hasSize(Math.min(length, LIMIT)).containsOnly('x');
                    assertThat(body.truncated()).isEqualTo(length > LIMIT);
                }
            }
        }
    }

    @Test
    void readsABodyOfManyBuffers() throws IOException {
        byte[] content = new byte[1 << 20];
        new Random(7).nextBytes(content);
        String text = new String(content, ISO_8859_1);
        ResponseReader reader =
                reader(OK + "Content-Length: " + content.length + "\r\n\r\n" + text, at -> 1 + at % 40_000);
        Body.Whole body = reader.body(reader.head(), Integer.MAX_VALUE, false);
        assertThat(body.bytes()).isEqualTo(content);
    }

    @Test
    void anAnnouncedLengthReservesNothing() throws IOException {
        ResponseReader reader = reader(OK + "Content-Length: 999999999999999999\r\n\r\nhello");
        ResponseHead head = reader.head();
        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> reader.body(head, Integer.MAX_VALUE, false))
                .withMessage("fixed content-length: 999999999999999999, bytes received: 5");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nConnection: close\r\n",
                "HTTP/1.1 200 OK\r\nConnection: Keep-Alive, CLOSE\r\n",
                "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n",
                "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n",
                "HTTP/1.0 200 OK\r\nContent-Length: 5\r\n"
            })
    void tellsWhichConnectionsAreNotToBeUsedAgain(String head) throws IOException {
        assertThat(reader(head + "\r\n").head().persistent()).isFalse();
    }

    @Test
    void nonsenseIsAnAnswerOrAnIoException() {
        List<Sample> samples = samples().toList();
        Map<String, Integer> ends = new TreeMap<>();
        for (int seed = 0; seed < 4_000; seed++) {
            Random random = new Random(seed);
            byte[] bytes = samples.get(random.nextInt(samples.size())).bytes().getBytes(ISO_8859_1);
            for (int changes = random.nextInt(4); changes >= 0; changes--) {
                bytes = mutated(bytes, random);
            }
            int piece = 1 + random.nextInt(20);
            ResponseReader reader = reader(new String(bytes, ISO_8859_1), at -> piece);
            Throwable failure = catchThrowable(() -> {
                ResponseHead head = reader.head();
                assertThat(reader.body(head, LIMIT, random.nextBoolean()).bytes().length)
                        .isLessThanOrEqualTo(LIMIT);
            });
            ends.merge(failure == null ? "read" : "refused", 1, Integer::sum);
            assertThat(failure == null || failure instanceof IOException)
                    .as("seed %d: %s", seed, failure)
                    .isTrue();
        }
        assertThat(ends).containsOnlyKeys("read", "refused");
    }

    private static byte[] mutated(byte[] bytes, Random random) {
        int at = random.nextInt(bytes.length);
        byte[] changed = bytes.clone();
        switch (random.nextInt(4)) {
            case 0 -> changed[at] = (byte) random.nextInt(256);
            case 1 -> changed[at] = (byte) "\r\n :;,0159afHTP/\t\0".charAt(random.nextInt(18));
            case 2 -> changed = Arrays.copyOf(bytes, at + 1);
            default -> {
                int from = random.nextInt(bytes.length);
                int length = Math.min(random.nextInt(30), bytes.length - Math.max(at, from));
                System.arraycopy(bytes, from, changed, at, length);
            }
        }
        return changed;
    }
}
