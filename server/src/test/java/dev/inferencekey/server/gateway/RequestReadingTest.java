package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObject;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.codec.http.LastHttpContent;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Our reading of requests beside that of Netty's codec, which many eyes have looked at: what we take for a sequence of requests, it must
 * take for the same sequence. It may take more than we do.
 */
final class RequestReadingTest {
    private static final int ROUNDS = 60_000;
    private static final GatewayConfig CONFIG =
            GatewayConfig.builder().maxRequestLineBytes(256).maxHeaderBytes(512).build();

    /** {@code sound} is false if reading ended with an error. */
    private record Reading(List<String> requests, boolean sound) {}

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
            Reading ours = ours(input, new Random(round));
            Reading nettys = nettys(input);
            accepted += ours.sound ? 1 : 0;
            assertThat(nettys.requests.size()).as(() -> shown(input)).isGreaterThanOrEqualTo(ours.requests.size());
            assertThat(nettys.requests.subList(0, ours.requests.size()))
                    .as(() -> shown(input))
                    .isEqualTo(ours.requests);
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
            Reading reading = ours(all.getBytes(ISO_8859_1), new Random(seed));
            assertThat(reading.sound).isTrue();
            assertThat(reading.requests)
                    .containsExactly(
                            "GET /a []",
                            "POST /a?b=c [hello]",
                            "POST /a [hello]",
                            "POST /a [0123456789!]",
                            "PUT /long [abc]",
                            "HEAD /b []");
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

    private static Reading ours(byte[] input, Random cuts) {
        RequestHead head = new RequestHead(CONFIG);
        BodyFraming framing = new BodyFraming();
        List<String> requests = new ArrayList<>();
        ByteBuf unread = Unpooled.buffer();
        StringBuilder body = new StringBuilder();
        String line = null;
        int fed = 0;
        while (true) {
            boolean more;
            if (line == null) {
                byte[] bytes = new byte[unread.readableBytes()];
                unread.getBytes(unread.readerIndex(), bytes);
                int end = bytes.length == 0 ? MessageHead.INCOMPLETE : head.read(bytes, 0, bytes.length);
                if (end == MessageHead.MALFORMED || end == MessageHead.TOO_LONG) {
                    return new Reading(requests, false);
                }
                more = end >= 0;
                if (more) {
                    unread.skipBytes(end);
                    line = head.method() + " " + head.target() + " ";
                    if (head.contentLength() == MessageHead.CHUNKED) {
                        framing.chunked();
                    } else {
                        framing.length(Math.max(0, head.contentLength()));
                    }
                }
            } else {
                more = true;
                switch (framing.next(unread)) {
                    case NONE -> more = false;
                    case DATA -> body.append(unread.readCharSequence(framing.length(), ISO_8859_1));
                    case END -> {
                        requests.add(line + "[" + body + "]");
                        body.setLength(0);
                        line = null;
                    }
                    case MALFORMED -> {
                        return new Reading(requests, false);
                    }
                }
            }
            if (!more) {
                if (fed == input.length) {
                    return new Reading(requests, true);
                }
                int next = Math.min(input.length - fed, 1 + cuts.nextInt(40));
                unread.writeBytes(input, fed, next);
                fed += next;
            }
        }
    }

    private static Reading nettys(byte[] input) {
        EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestDecoder(new HttpDecoderConfig()
                .setMaxInitialLineLength(100_000)
                .setMaxHeaderSize(100_000)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true)
                .setAllowDuplicateContentLengths(false)));
        channel.writeInbound(Unpooled.wrappedBuffer(input));
        List<String> requests = new ArrayList<>();
        StringBuilder body = new StringBuilder();
        String line = "";
        boolean sound = true;
        for (Object message = channel.readInbound(); message != null; message = channel.readInbound()) {
            if (((HttpObject) message).decoderResult().isFailure()) {
                sound = false;
                break;
            }
            if (message instanceof HttpRequest request) {
                line = request.method() + " " + request.uri() + " ";
            }
            if (message instanceof HttpContent content) {
                body.append(content.content().toString(ISO_8859_1));
                if (message instanceof LastHttpContent) {
                    requests.add(line + "[" + body + "]");
                    body.setLength(0);
                }
                content.release();
            }
        }
        channel.finishAndReleaseAll();
        return new Reading(requests, sound);
    }

    private static String shown(byte[] input) {
        return new String(input, ISO_8859_1)
                .replace("\r", "\\r")
                .replace("\n", "\\n\n")
                .replace("\u0000", "\\0");
    }
}
