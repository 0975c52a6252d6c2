package dev.inferencekey.server.gateway;

import java.util.Arrays;

/** The head of a request; see {@link MessageHead} for how it is read and for how long it holds. */
final class RequestHead extends MessageHead {
    private static final int MAX_METHOD_LENGTH = 32;
    private static final int MAX_EMPTY_LINES = 4;
    private static final byte[] VERSION_1 = {'H', 'T', 'T', 'P', '/', '1', '.'};

    private final int maxRequestLineBytes;
    private final int maxHeaderBytes;

    private int methodStart;
    private int methodEnd;
    private int targetStart;
    private int targetEnd;

    RequestHead(GatewayConfig config) {
        maxRequestLineBytes = config.maxRequestLineBytes();
        maxHeaderBytes = config.maxHeaderBytes();
    }

    @Override
    int read(byte[] array, int from, int to) {
        start(array);
        methodStart = from;
        methodEnd = from;
        targetStart = from;
        targetEnd = from;
        int line = skipEmptyLines(array, from, to);
        if (line < 0) {
            return line;
        }
        int fields = requestLine(array, line, to);
        if (fields < 0) {
            // Without what may be the first byte of the line's end.
            return fields == INCOMPLETE && to - line - 1 > maxRequestLineBytes ? TOO_LONG : fields;
        }
        if (fields - line - 2 > maxRequestLineBytes) {
            return TOO_LONG;
        }
        int end = readFields(fields, to);
        int length = (end < 0 ? to : end) - fields;
        return end != MALFORMED && length > maxHeaderBytes ? TOO_LONG : end;
    }

    /** Some clients send an empty line after a body; RFC 9112, section 2.2, wants it to be ignored. */
    private static int skipEmptyLines(byte[] a, int from, int to) {
        int i = from;
        for (int lines = 0; i < to && a[i] == '\r'; lines++) {
            if (i + 1 >= to) {
                return INCOMPLETE;
            }
            if (a[i + 1] != '\n' || lines == MAX_EMPTY_LINES) {
                return MALFORMED;
            }
            i += 2;
        }
        return i < to ? i : INCOMPLETE;
    }

    private int requestLine(byte[] a, int from, int to) {
        int i = from;
        methodStart = i;
        while (TOKEN[a[i] & 0xff] != 0) {
            if (++i >= to) {
                return i - from > MAX_METHOD_LENGTH ? MALFORMED : INCOMPLETE;
            }
        }
        methodEnd = i;
        if (a[i] != ' ' || i == from || i - from > MAX_METHOD_LENGTH) {
            return MALFORMED;
        }
        targetStart = ++i;
        targetEnd = i;
        while (true) {
            if (i >= to) {
                targetEnd = i;
                return INCOMPLETE;
            }
            byte b = a[i];
            if (b == ' ') {
                break;
            }
            if ((b >= 0 && b < ' ') || b == 0x7f) {
                return MALFORMED;
            }
            i++;
        }
        targetEnd = i++;
        for (byte expected : VERSION_1) {
            if (i >= to) {
                return INCOMPLETE;
            }
            if (a[i++] != expected) {
                return MALFORMED;
            }
        }
        if (i + 2 >= to) {
            return INCOMPLETE;
        }
        version(a[i] == '1');
        boolean known = a[i] == '0' || a[i] == '1';
        return known && targetEnd > targetStart && a[i + 1] == '\r' && a[i + 2] == '\n' ? i + 3 : MALFORMED;
    }

    boolean methodIs(String method) {
        if (methodEnd - methodStart != method.length()) {
            return false;
        }
        for (int i = 0; i < method.length(); i++) {
            if (bytes()[methodStart + i] != method.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    String method() {
        return methodIs("POST") ? "POST" : methodIs("GET") ? "GET" : text(methodStart, methodEnd);
    }

    /** The request target as it was sent; empty or cut off if the head could not be read so far. */
    String target() {
        return text(targetStart, targetEnd);
    }

    boolean targetIs(byte[] target) {
        return Arrays.equals(bytes(), targetStart, targetEnd, target, 0, target.length);
    }

    byte[] targetBytes() {
        return Arrays.copyOfRange(bytes(), targetStart, targetEnd);
    }
}
