package dev.inferencekey.bench.model;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.buffer.ByteBuf;

/** Where the parts of a request are. For requests that our own contenders send; checks nothing. */
final class RequestBytes {
    static final byte[] STREAM = "\"stream\":true".getBytes(US_ASCII);
    /** A header that asks for the request's body back: what a contender made of it. */
    static final byte[] ECHO = "\nx-bench-echo:".getBytes(US_ASCII);

    private static final byte[] HEAD_END = "\r\n\r\n".getBytes(US_ASCII);
    private static final byte[] CONTENT_LENGTH = "\ncontent-length:".getBytes(US_ASCII);
    private static final byte[] CHUNKED = "\ntransfer-encoding: chunked".getBytes(US_ASCII);

    private RequestBytes() {}

    /** The index behind the head, -1 if it is not whole. */
    static int headEnd(ByteBuf in, int from, int to) {
        int at = find(in, from, to, HEAD_END);
        return at < 0 ? -1 : at + HEAD_END.length;
    }

    /** The index behind the body that begins at {@code bodyAt}, -1 if it is not whole. */
    static int bodyEnd(ByteBuf in, int from, int bodyAt, int to) {
        int at = find(in, from, bodyAt, CONTENT_LENGTH);
        if (at >= 0) {
            int end = bodyAt + decimal(in, at + CONTENT_LENGTH.length);
            return end <= to ? end : -1;
        }
        return find(in, from, bodyAt, CHUNKED) < 0 ? bodyAt : chunkedEnd(in, bodyAt, to);
    }

    /** The index of the first occurrence, letters of either case being the same; -1 if there is none. */
    static int find(ByteBuf in, int from, int to, byte[] wanted) {
        int first = wanted[0];
        int last = to - wanted.length;
        int i = from;
        while (i <= last) {
            i = in.indexOf(i, last + 1, (byte) first);
            if (i < 0) {
                return -1;
            }
            if (matches(in, i, wanted)) {
                return i;
            }
            i++;
        }
        return -1;
    }

    private static boolean matches(ByteBuf in, int at, byte[] wanted) {
        for (int k = 1; k < wanted.length; k++) {
            int b = in.getByte(at + k);
            if (b != wanted[k] && !(b >= 'A' && b <= 'Z' && (b | 0x20) == wanted[k])) {
                return false;
            }
        }
        return true;
    }

    private static int decimal(ByteBuf in, int at) {
        int i = at;
        while (in.getByte(i) == ' ') {
            i++;
        }
        int value = 0;
        for (int b = in.getByte(i); b >= '0' && b <= '9'; b = in.getByte(++i)) {
            value = value * 10 + b - '0';
        }
        return value;
    }

    private static int chunkedEnd(ByteBuf in, int bodyAt, int to) {
        int i = bodyAt;
        while (true) {
            int lineEnd = in.indexOf(i, to, (byte) '\n');
            if (lineEnd < 0) {
                return -1;
            }
            int size = 0;
            for (int b = in.getByte(i); Character.digit(b, 16) >= 0; b = in.getByte(++i)) {
                size = size * 16 + Character.digit(b, 16);
            }
            i = lineEnd + 1 + size + 2;
            if (i > to) {
                return -1;
            }
            if (size == 0) {
                return i;
            }
        }
    }
}
