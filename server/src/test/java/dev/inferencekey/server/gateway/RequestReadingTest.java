package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Our reading of requests beside that of Netty's codec, which many eyes have looked at: what we take for a sequence of requests, it must
 * take for the same sequence. It may take more than we do.
 */
final class RequestReadingTest {
    private static final int ROUNDS = 60_000;

    private static final String[] SEEDS = {
        "GET /a HTTP/1.1\r\nHost: x\r\n\r\n",
        "POST /a?b=c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello",
        "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\na;x=y\r\n0123456789\r\n1\r\n!\r\n0\r\nT: u\r\n\r\n",
        "PUT /long HTTP/1.0\r\nConnection: keep-alive\r\nX-Empty:\r\nX-Tab:\ta \t b\r\nContent-Length: 3\r\n\r\nabc",
        "\r\nHEAD /b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\n\r\n",
    };

    private static final String[] PIECES = {
        "\r\n",
        "\n",
        "\r",
        " ",
        "\t",
        "\u0000",
        "\u000b",
        "\u007f",
        "\u0080",
        "\u00ff",
        ":",
        ";",
        ",",
        "0",
        "5",
        "f",
        "10",
        "ffffffffffffffff",
        "Content-Length: 5\r\n",
        "Content-Length: 0\r\n",
        "Content-Length : 5\r\n",
        "content-length: 05\r\n",
        "Transfer-Encoding: chunked\r\n",
        "Transfer-Encoding: identity\r\n",
        "Transfer-Encoding:\tchunked\r\n",
        "Transfer-Encoding: chunked, gzip\r\n",
        "transfer-encoding: CHUNKED\r\n",
        " folded: x\r\n",
        "\tfolded\r\n",
        "X: y\r\n",
        "0\r\n\r\n",
        "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n",
        "HTTP/1.1",
        "HTTP/1.0",
        "HTTP/2.0",
        "\"",
        "(",
        "{}"
    };

    @Test
    void whatWeReadNettyReadsAlike() {
        Random random = new Random(20_260_615);
        int accepted = 0;
        for (int round = 0; round < ROUNDS; round++) {
            byte[] input = input(random);
            RequestReading ours = ours(input, new Random(round));
            RequestReading nettys = RequestReading.nettys(input);
            accepted += ours.sound() ? 1 : 0;
            assertThat(nettys.requests().size())
                    .as(() -> shown(input))
                    .isGreaterThanOrEqualTo(ours.requests().size());
            assertThat(nettys.requests().subList(0, ours.requests().size()))
                    .as(() -> shown(input))
                    .isEqualTo(ours.requests());
        }
        // The comparison is worth something only if enough is read at all.
        assertThat(accepted).isBetween(ROUNDS / 20, ROUNDS);
    }

    @Test
    void howTheBytesAreCutChangesNothing() {
        Random random = new Random(7);
        for (int round = 0; round < 20_000; round++) {
            byte[] input = input(random);
            assertThat(ours(input, new Random(round)))
                    .as(() -> shown(input))
                    .isEqualTo(ours(input, new Random(-round)));
        }
    }

    @Test
    void soundRequestsAreReadInAnyPieces() {
        String all = String.join("", SEEDS);
        for (int seed = 0; seed < 500; seed++) {
            RequestReading reading = ours(all.getBytes(ISO_8859_1), new Random(seed));
            assertThat(reading.sound()).isTrue();
            assertThat(reading.requests())
                    .containsExactly(
                            "GET /a []",
                            "POST /a?b=c [hello]",
                            "POST /a [hello]",
                            "POST /a [0123456789!]",
                            "PUT /long [abc]",
                            "HEAD /b []");
        }
    }

    @Test
    void theLongestRequestLineIsReadInAnyPieces() {
        String rest = " HTTP/1.1\r\n\r\n";
        int longest = RequestReading.CONFIG.maxRequestLineBytes() - "GET / HTTP/1.1".length();
        for (int pieceLength = 1; pieceLength < 300; pieceLength++) {
            int length = pieceLength;
            String line = "GET /" + "a".repeat(longest);
            assertThat(RequestReading.ours((line + rest).getBytes(ISO_8859_1), () -> length)
                            .sound())
                    .isTrue();
            assertThat(RequestReading.ours((line + "a" + rest).getBytes(ISO_8859_1), () -> length)
                            .sound())
                    .isFalse();
        }
    }

    @Test
    void aStatusLineThatIsTooLongIsRefusedHoweverMuchOfItIsThere() {
        byte[] bytes = ("HTTP/1.1 200 " + "x".repeat(2000) + "\r\n\r\n").getBytes(ISO_8859_1);
        for (int to = 1500; to <= bytes.length; to++) {
            assertThat(new ResponseHead(1000).read(bytes, 0, to)).isEqualTo(MessageHead.TOO_LONG);
        }
    }

    private static byte[] input(Random random) {
        StringBuilder text = new StringBuilder();
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            text.append(SEEDS[random.nextInt(SEEDS.length)]);
        }
        for (int n = random.nextInt(4); n > 0; n--) {
            int at = random.nextInt(text.length() + 1);
            switch (random.nextInt(4)) {
                case 0 -> text.insert(at, PIECES[random.nextInt(PIECES.length)]);
                case 1 -> text.delete(at, Math.min(text.length(), at + 1 + random.nextInt(4)));
                case 2 -> {
                    int line = text.indexOf("\r\n", at);
                    text.insert(line < 0 ? at : line + 2, PIECES[random.nextInt(PIECES.length)]);
                }
                default -> {
                    if (at < text.length()) {
                        text.setCharAt(at, (char) random.nextInt(256));
                    }
                }
            }
        }
        return text.toString().getBytes(ISO_8859_1);
    }

    private static RequestReading ours(byte[] input, Random cuts) {
        return RequestReading.ours(input, () -> 1 + cuts.nextInt(40));
    }

    private static String shown(byte[] input) {
        return new String(input, ISO_8859_1)
                .replace("\r", "\\r")
                .replace("\n", "\\n\n")
                .replace("\u0000", "\\0");
    }
}
