package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/**
 * Reads a string that may be a picture in a data URL: {@code data:image/}, a media type, {@code ;base64,}, and base64 up to its end. What is
 * not exactly that is text.
 *
 * <p>Not thread-safe: one string after the other, each begun with {@link #begin}.
 */
final class DataUrl implements JsonScan.StringReader {
    private static final byte[] SCHEME = "data:image/".getBytes(US_ASCII);
    private static final byte[] ENCODING = ";base64".getBytes(US_ASCII);
    private static final int MAX_HEAD = 128;
    private static final boolean[] DIGITS = digits();

    private enum State {
        HEAD,
        DATA,
        TEXT
    }

    private final byte[] head = new byte[MAX_HEAD];
    private int headLength;
    private State state = State.TEXT;
    private long bytes;

    private static boolean[] digits() {
        boolean[] digits = new boolean[Byte.MAX_VALUE + 1];
        for (char c : "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=".toCharArray()) {
            digits[c] = true;
        }
        return digits;
    }

    DataUrl begin() {
        state = State.HEAD;
        headLength = 0;
        bytes = 0;
        return this;
    }

    /** How many bytes of the string are the picture's; 0 if it is none. */
    long pictureBytes() {
        return state == State.DATA ? bytes : 0;
    }

    @Override
    public void run(byte[] in, int from, int to) {
        int i = from;
        while (i < to && state == State.HEAD) {
            character(in[i]);
            i++;
        }
        if (state == State.DATA) {
            int first = i;
            while (i < to && DIGITS[in[i]]) {
                i++;
            }
            bytes += i - first;
            state = i == to ? State.DATA : State.TEXT;
        }
    }

    @Override
    public void character(int c) {
        if (state == State.DATA) {
            state = c < DIGITS.length && DIGITS[c] ? State.DATA : State.TEXT;
        } else if (state == State.HEAD && c == ',') {
            state = isPicture() ? State.DATA : State.TEXT;
        } else if (state == State.HEAD) {
            if (headLength == MAX_HEAD || c >= DIGITS.length) {
                state = State.TEXT;
            } else {
                head[headLength++] = (byte) c;
            }
        }
    }

    private boolean isPicture() {
        int encodingAt = headLength - ENCODING.length;
        return encodingAt > SCHEME.length
                && Arrays.equals(head, 0, SCHEME.length, SCHEME, 0, SCHEME.length)
                && Arrays.equals(head, encodingAt, headLength, ENCODING, 0, ENCODING.length);
    }
}
