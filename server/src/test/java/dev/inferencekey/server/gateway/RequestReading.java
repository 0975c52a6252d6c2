package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

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
import java.util.function.IntSupplier;

/**
 * What a reader takes some bytes for: a sequence of requests, and then its end or an error.
 *
 * @param requests each one's method, target and body
 * @param sound false if reading ended with an error
 */
record RequestReading(List<String> requests, boolean sound) {
    /** Small, so that short inputs reach the limits. */
    static final GatewayConfig CONFIG = GatewayConfig.builder()
            .maxRequestLineBytes(256)
            .maxHeaderBytes(1024)
            .build();

    private static final int MORE_THAN_WE_TAKE = 100_000;

    /** How Netty is told to read as strictly as it can. */
    static HttpDecoderConfig strict() {
        return new HttpDecoderConfig()
                .setMaxInitialLineLength(MORE_THAN_WE_TAKE)
                .setMaxHeaderSize(MORE_THAN_WE_TAKE)
                .setStrictLineParsing(true)
                .setUseRfc9112TransferEncoding(true)
                .setAllowDuplicateContentLengths(false);
    }

    /** Our reading of what comes in pieces of these lengths, which are at least 1. */
    static RequestReading ours(byte[] input, IntSupplier pieceLength) {
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
                    return new RequestReading(requests, false);
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
                        return new RequestReading(requests, false);
                    }
                }
            }
            if (!more) {
                if (fed == input.length) {
                    return new RequestReading(requests, true);
                }
                int next = Math.min(input.length - fed, pieceLength.getAsInt());
                unread.writeBytes(input, fed, next);
                fed += next;
            }
        }
    }

    static RequestReading nettys(byte[] input) {
        EmbeddedChannel channel = new EmbeddedChannel(new HttpRequestDecoder(strict()));
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
        return new RequestReading(requests, sound);
    }
}
