package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

/**
 * What the {@code Authorization} header of a request carries: the bytes of one token, as they stand in the head. One for each event loop,
 * used again and again.
 *
 * <p>Confined to its event loop.
 */
final class BearerToken {
    private static final String SCHEME = "bearer ";

    private byte[] bytes = new byte[0];
    private int from;
    private int to;

    /** Reads the token of the one {@code Authorization: Bearer …} header; false if there is none, more than one, or another scheme. */
    boolean read(RequestHead head) {
        from = 0;
        to = 0;
        if (!head.isOnce(KnownHeader.AUTHORIZATION) || !head.valueStartsWith(KnownHeader.AUTHORIZATION, SCHEME)) {
            return false;
        }
        return read(
                head.bytes(),
                head.valueStart(KnownHeader.AUTHORIZATION) + SCHEME.length(),
                head.valueEnd(KnownHeader.AUTHORIZATION));
    }

    /** Reads the token that follows the scheme and a space: at least one character, without white space. */
    private boolean read(byte[] array, int start, int end) {
        int i = start;
        while (i < end && array[i] == ' ') {
            i++;
        }
        for (int at = i; at < end; at++) {
            if (array[at] <= ' ' || array[at] == 0x7f) {
                return false;
            }
        }
        bytes = array;
        from = i;
        to = end;
        return i < end;
    }

    byte[] bytes() {
        return bytes;
    }

    int from() {
        return from;
    }

    int length() {
        return to - from;
    }

    boolean startsWith(String prefix) {
        if (length() < prefix.length()) {
            return false;
        }
        for (int i = 0; i < prefix.length(); i++) {
            if (bytes[from + i] != prefix.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** The token itself. A secret: for redaction alone. */
    String reveal() {
        return new String(bytes, from, to - from, ISO_8859_1);
    }

    /** Shows nothing. */
    @Override
    public String toString() {
        return "BearerToken";
    }
}
