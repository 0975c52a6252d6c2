package dev.inferencekey.bench.load;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.inferencekey.bench.contender.Target;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpVersion;

/** The same request over and over. Confined to the load's loop. */
final class Requests {
    private final String path;
    private final HttpHeaders headers = new DefaultHttpHeaders();
    private final ByteBuf body;

    Requests(Target target, String body) {
        this.path = target.path();
        this.body = Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(body, ISO_8859_1));
        headers.set(HttpHeaderNames.HOST, "127.0.0.1:" + target.port())
                .set(HttpHeaderNames.CONTENT_TYPE, "application/json")
                .set(HttpHeaderNames.CONTENT_LENGTH, body.length());
        target.headers().forEach(headers::set);
    }

    FullHttpRequest next() {
        return new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.POST, path, body.duplicate(), headers, EmptyHttpHeaders.INSTANCE);
    }
}
