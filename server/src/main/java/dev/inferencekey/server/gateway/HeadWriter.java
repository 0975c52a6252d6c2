package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.handler.codec.http.HttpResponseStatus;

/** Writes the heads of HTTP/1.1 messages straight into buffers. Stateless. Names and values must come from a codec that checked them. */
final class HeadWriter {
    static final byte[] CRLF = {'\r', '\n'};
    static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(US_ASCII);

    static final byte[] JSON_TYPE = "Content-Type: application/json\r\n".getBytes(US_ASCII);

    private static final byte[] HEX = "0123456789abcdef".getBytes(US_ASCII);
    private static final int HEX_BITS = 4;
    private static final byte[] SEPARATOR = {':', ' '};
    private static final byte[] OK = "HTTP/1.1 200 OK\r\n".getBytes(US_ASCII);
    private static final byte[] CONTENT_LENGTH = "Content-Length: ".getBytes(US_ASCII);
    private static final byte[] CHUNKED = "Transfer-Encoding: chunked\r\n".getBytes(US_ASCII);

    private HeadWriter() {}

    static void requestLine(ByteBuf head, String method, String path) {
        ByteBufUtil.writeAscii(head, method);
        head.writeByte(' ');
        ByteBufUtil.writeAscii(head, path);
        ByteBufUtil.writeAscii(head, " HTTP/1.1\r\n");
    }

    static void statusLine(ByteBuf head, int status) {
        if (status == 200) {
            head.writeBytes(OK);
        } else {
            ByteBufUtil.writeAscii(
                    head,
                    "HTTP/1.1 " + status + " "
                            + HttpResponseStatus.valueOf(status).reasonPhrase() + "\r\n");
        }
    }

    static void header(ByteBuf head, CharSequence name, CharSequence value) {
        ByteBufUtil.writeAscii(head, name);
        head.writeBytes(SEPARATOR);
        ByteBufUtil.writeAscii(head, value);
        head.writeBytes(CRLF);
    }

    static void contentLength(ByteBuf head, long length) {
        head.writeBytes(CONTENT_LENGTH);
        decimal(head, length);
        head.writeBytes(CRLF);
    }

    /** Not negative. */
    private static void decimal(ByteBuf out, long number) {
        int digits = 1;
        for (long rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        out.ensureWritable(digits);
        int start = out.writerIndex();
        long rest = number;
        for (int i = start + digits - 1; i >= start; i--) {
            out.setByte(i, (int) ('0' + rest % 10));
            rest /= 10;
        }
        out.writerIndex(start + digits);
    }

    static void chunked(ByteBuf head) {
        head.writeBytes(CHUNKED);
    }

    static void end(ByteBuf head) {
        head.writeBytes(CRLF);
    }

    static void chunkSize(ByteBuf out, int size) {
        int highest = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(size | 1);
        for (int shift = highest & -HEX_BITS; shift >= 0; shift -= HEX_BITS) {
            out.writeByte(HEX[size >>> shift & 15]);
        }
        out.writeBytes(CRLF);
    }
}
