package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.server.domain.inference.RequestTarget;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a request has twice as much of, it costs about twice the CPU and not four times. */
@Tag("alone")
final class LinearTimeTest {
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final double MOST = 2.5;
    private static final long ENOUGH_NANOS = 4_000_000;
    private static final int ROUNDS = 5;
    private static final int ATTEMPTS = 4;
    private static final GatewayConfig CONFIG = GatewayConfig.defaults();

    /**
     * One thing of which a request can have more.
     *
     * @param size how much of it first; then twice as much
     * @param work makes what is done with so much of it
     */
    record Dimension(String name, int size, IntFunction<Runnable> work) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Dimension> dimensions() {
        return Stream.of(
                new Dimension("header lines", 95, n -> head("b: \r\n".repeat(n))),
                new Dimension(
                        "header lines with Connection options",
                        95,
                        n -> head("Connection: " + "aaaa,".repeat(MessageHead.MAX_CONNECTION_OPTIONS) + "\r\n"
                                + "bbbb: \r\n".repeat(n))),
                new Dimension(
                        "Connection options",
                        15,
                        n -> head("Connection: " + "b,".repeat(n) + "\r\n" + "b: \r\n".repeat(150))),
                new Dimension(
                        "commas in Connection",
                        10_000,
                        n -> head("Connection: " + ",".repeat(n) + "\r\n" + "b: \r\n".repeat(150))),
                new Dimension("length of a header's value", 10_000, n -> head("b: " + "x".repeat(n) + "\r\n")),
                new Dimension("spaces in a header's value", 10_000, n -> head("b: x" + " ".repeat(n) + "x\r\n")),
                new Dimension("length of a header's name", 10_000, n -> head("b".repeat(n) + ": \r\n")),
                new Dimension(
                        "header line that comes byte by byte", 10_000, n -> slowHead("b: " + "x".repeat(n) + "\r\n")),
                new Dimension(
                        "header lines that come byte by byte",
                        90,
                        n -> slowHead(("b: " + "x".repeat(90) + "\r\n").repeat(n))),
                new Dimension(
                        "target that comes byte by byte",
                        3_000,
                        n -> slow(new RequestHead(CONFIG), "GET /" + "x".repeat(n) + " HTTP/1.1\r\n\r\n")),
                new Dimension(
                        "answer's head that comes byte by byte",
                        10_000,
                        n -> slow(
                                new ResponseHead(CONFIG.maxHeaderBytes()),
                                "HTTP/1.1 200 OK\r\nb: " + "x".repeat(n) + "\r\n\r\n")),
                new Dimension("fields of an HTTP/2 request", 1000, LinearTimeTest::http2),
                new Dimension("addresses in X-Forwarded-For", 1000, LinearTimeTest::forwarded),
                new Dimension("slashes in a target", 2000, n -> {
                    String target = "/endpoint/" + "a/".repeat(n);
                    return () -> RequestTarget.parse(target);
                }),
                new Dimension("credentials in a text", 200, n -> scrub("ik_live_a1b2c3d4_ ".repeat(n))),
                new Dimension(
                        "length of what may be a credential", 5_000, n -> scrub("ik_live_" + "_0".repeat(n) + "!")),
                new Dimension("chunks", 5_000, n -> chunks("1\r\nx\r\n".repeat(n))),
                new Dimension("chunk extensions", 3_000, n -> chunks("1" + ";a".repeat(n) + "\r\nx\r\n")),
                new Dimension("trailers", 500, n -> chunks("0\r\n" + "a: b\r\n".repeat(n))),
                new Dimension("nesting", 250, n -> json("{\"a\":" + "[".repeat(n) + "]".repeat(n) + "}")),
                new Dimension("nesting of objects", 250, n -> json("{\"a\":".repeat(n) + "1" + "}".repeat(n))),
                new Dimension("members", 3_000, n -> json("{" + "\"a\":1,".repeat(n) + "\"b\":2}")),
                new Dimension(
                        "members with escaped names", 3_000, n -> json("{" + "\"\\u0061\":1,".repeat(n) + "\"b\":2}")),
                new Dimension(
                        "members that could be one that counts",
                        3_000,
                        n -> json("{" + "\"modes\":1,".repeat(n) + "\"b\":2}")),
                new Dimension("length of a name", 20_000, n -> json("{\"" + "a".repeat(n) + "\":1}")),
                new Dimension("length of a text", 20_000, n -> json("{\"a\":\"" + "a b".repeat(n) + "\"}")),
                new Dimension("escapes in a text", 20_000, n -> json("{\"a\":\"" + "\\u0061".repeat(n) + "\"}")),
                new Dimension("length of a file", 20_000, n -> json("{\"a\":\"" + "abcd".repeat(n) + "\"}")),
                new Dimension("digits of a number", 20_000, n -> json("{\"a\":" + "1".repeat(n) + "}")),
                new Dimension(
                        "white space",
                        20_000,
                        n -> json("{\"stream_options\"" + " ".repeat(n) + ":null" + " ".repeat(n) + ",\"a\":1}")),
                new Dimension(
                        "members that come byte by byte",
                        2_000,
                        n -> slowJson("{" + "\"a\":1,".repeat(n) + "\"b\":2}")),
                new Dimension("name that comes byte by byte", 10_000, n -> slowJson("{\"" + "a".repeat(n) + "\":1}")),
                new Dimension(
                        "white space that comes byte by byte",
                        10_000,
                        n -> slowJson("{\"stream_options\"" + " ".repeat(n) + ":null}")),
                new Dimension(
                        "parts of a form",
                        500,
                        n -> form("--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n".repeat(n), 4096)),
                new Dimension(
                        "headers of a part", 3_500, n -> form("--B\r\nA: " + "x".repeat(n) + "\r\n\r\nx\r\n", 4096)),
                new Dimension(
                        "parameters of a part",
                        800,
                        n -> form("--B\r\nContent-Disposition: form-data" + ";a=b".repeat(n) + "\r\n\r\nx\r\n", 4096)),
                new Dimension(
                        "semicolons of a part",
                        3_500,
                        n -> form("--B\r\nContent-Disposition: form-data" + ";".repeat(n) + "=\r\n\r\nx\r\n", 4096)),
                new Dimension(
                        "what looks like a boundary",
                        5_000,
                        n -> form("--B\r\n\r\n" + "\r\n--".repeat(n) + "\r\n", 4096)),
                new Dimension(
                        "part that comes byte by byte",
                        3_500,
                        n -> form("--B\r\nA: " + "x".repeat(n) + "\r\n\r\nx\r\n", 1)),
                new Dimension(
                        "length of a content type",
                        10_000,
                        n -> boundary("multipart/form-data;" + " ".repeat(n) + "x")),
                new Dimension(
                        "parameters of a content type", 5_000, n -> boundary("multipart/form-data" + "; a".repeat(n))),
                new Dimension(
                        "digits behind a boundary",
                        10_000,
                        n -> boundary("multipart/form-data; boundary" + "0".repeat(n))));
    }

    @ParameterizedTest
    @MethodSource("dimensions")
    void twiceAsMuchCostsAboutTwiceAsMuch(Dimension dimension) {
        double ratio = Double.MAX_VALUE;
        for (int attempt = 0; attempt < ATTEMPTS && ratio > MOST; attempt++) {
            ratio = ratio(dimension);
        }
        assertThat(ratio).as(dimension.name).isLessThanOrEqualTo(MOST);
    }

    @Test
    void whatCostsTheSquareIsFound() {
        Dimension square = new Dimension("square", 300, n -> {
            byte[] bytes = new byte[n];
            return () -> {
                int sum = 0;
                for (int i = 0; i < n; i++) {
                    for (int j = 0; j < n; j++) {
                        sum += bytes[j] ^ i;
                    }
                }
                assertThat(sum).isNotEqualTo(1);
            };
        });
        double ratio = 0;
        for (int attempt = 0; attempt < ATTEMPTS && ratio <= MOST; attempt++) {
            ratio = ratio(square);
        }
        assertThat(ratio).isGreaterThan(MOST);
    }

    private static double ratio(Dimension dimension) {
        Runnable once = dimension.work.apply(dimension.size);
        Runnable twice = dimension.work.apply(2 * dimension.size);
        int times = 1;
        while (nanos(once, times) < ENOUGH_NANOS) {
            times *= 2;
        }
        long ofOnce = Long.MAX_VALUE;
        long ofTwice = Long.MAX_VALUE;
        for (int round = 0; round < ROUNDS; round++) {
            ofOnce = Math.min(ofOnce, nanos(once, times));
            ofTwice = Math.min(ofTwice, nanos(twice, times));
        }
        return (double) ofTwice / ofOnce;
    }

    private static long nanos(Runnable work, int times) {
        long begun = THREADS.getCurrentThreadCpuTime();
        for (int i = 0; i < times; i++) {
            work.run();
        }
        return THREADS.getCurrentThreadCpuTime() - begun;
    }

    private static Runnable head(String lines) {
        byte[] bytes = ("POST /x HTTP/1.1\r\n" + lines + "\r\n").getBytes(ISO_8859_1);
        RequestHead head = new RequestHead(CONFIG);
        ByteBuf out = Unpooled.buffer(bytes.length);
        return () -> {
            assertThat(head.read(bytes, 0, bytes.length)).isEqualTo(bytes.length);
            head.copyPassing(KnownHeader.TO_MANAGER, out.clear());
            head.copyPassing(KnownHeader.TO_MODEL_SERVER, out.clear());
        };
    }

    private static Runnable slowHead(String lines) {
        return slow(new RequestHead(CONFIG), "POST /x HTTP/1.1\r\n" + lines + "\r\n");
    }

    private static Runnable slow(MessageHead head, String text) {
        byte[] bytes = text.getBytes(ISO_8859_1);
        byte[] scratch = new byte[CONFIG.maxHeaderBytes() + CONFIG.maxRequestLineBytes()];
        ByteBuf in = Unpooled.buffer(bytes.length);
        return () -> {
            HeadReader reader = new HeadReader();
            in.clear();
            int end = MessageHead.INCOMPLETE;
            for (byte b : bytes) {
                assertThat(end == MessageHead.INCOMPLETE).isTrue();
                end = reader.read(in.writeByte(b), head, scratch);
            }
            assertThat(end).isEqualTo(bytes.length);
        };
    }

    private static Runnable http2(int fields) {
        Http2Headers headers = new DefaultHttp2Headers(false);
        headers.method("POST").path("/x").scheme("https").authority("a");
        for (int i = 0; i < fields; i++) {
            headers.add("b", "x");
            headers.add("cookie", "y");
        }
        ByteBuf out = Unpooled.buffer();
        return () -> {
            Http2RequestHead head = Http2RequestHead.read(headers, true);
            assertThat(head != null).isTrue();
            if (head != null) {
                head.writeTo(out.clear());
            }
        };
    }

    private static Runnable forwarded(int addresses) {
        byte[] bytes = ("GET / HTTP/1.1\r\nX-Forwarded-For: " + "10.0.0.1, ".repeat(addresses) + "10.0.0.2\r\n\r\n")
                .getBytes(ISO_8859_1);
        RequestHead head = new RequestHead(CONFIG);
        TrustedProxies.Matcher proxies = new TrustedProxies(List.of("10.0.0.0/8")).matcher();
        TrustedProxies.Caller peer = new TrustedProxies.Caller("10.0.0.9", false);
        return () -> {
            assertThat(head.read(bytes, 0, bytes.length)).isPositive();
            proxies.behind(head, peer);
        };
    }

    private static Runnable scrub(String text) {
        return () -> Redaction.scrub(text);
    }

    private static Runnable chunks(String text) {
        ByteBuf in = Unpooled.copiedBuffer(text, ISO_8859_1);
        return () -> {
            BodyFraming framing = new BodyFraming();
            framing.chunked();
            in.readerIndex(0);
            BodyFraming.Piece piece = framing.next(in);
            while (piece == BodyFraming.Piece.DATA) {
                in.skipBytes(framing.length());
                piece = framing.next(in);
            }
            assertThat(piece == BodyFraming.Piece.NONE).isTrue();
        };
    }

    private static Runnable json(String body) {
        return json(Unpooled.copiedBuffer(body, UTF_8), Integer.MAX_VALUE);
    }

    private static Runnable slowJson(String body) {
        return json(Unpooled.copiedBuffer(body, UTF_8), 1);
    }

    private static Runnable json(ByteBuf body, int piece) {
        return () -> {
            JsonBodyRewriter rewriter = new JsonBodyRewriter(true, null);
            feed(rewriter, body, piece);
        };
    }

    private static Runnable form(String parts, int piece) {
        ByteBuf body = Unpooled.copiedBuffer(parts + "--B--", ISO_8859_1);
        return () ->
                feed(MultipartBodyRewriter.of("multipart/form-data; boundary=B").orElseThrow(), body, piece);
    }

    /** As a body that is sent on in pieces. */
    private static void feed(BodyRewriter rewriter, ByteBuf body, int piece) {
        RewrittenBody out = new RewrittenBody(UnpooledByteBufAllocator.DEFAULT);
        out.stream(new byte[] {'"', 'm', '"'});
        ByteBuf sent = Unpooled.buffer();
        int end = body.writerIndex();
        for (int from = 0; from < end; from += Math.min(piece, end - from)) {
            body.setIndex(from, from + Math.min(piece, end - from));
            if (!rewriter.feed(body, out)) {
                throw new AssertionError(rewriter.problem());
            }
            out.takePiece(sent.clear());
        }
        body.setIndex(0, end);
        out.release();
        if (!rewriter.complete()) {
            throw new AssertionError(rewriter.problem());
        }
    }

    private static Runnable boundary(String contentType) {
        return () -> MultipartBodyRewriter.of(contentType);
    }
}
