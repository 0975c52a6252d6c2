package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/**
 * Tells files that stand in a JSON body, as base64 in one of its strings, from text: a picture is no text of a hundred thousand tokens.
 *
 * <p>Notes. A file is a string of at least {@value #MIN_BYTES} bytes in the alphabet of base64, behind {@code data:…,} if it is a data URL.
 * Whether it is one is decided by the beginning of the first of its plain runs that is long enough to tell, so that text costs nothing
 * and a file hardly anything. That is good enough to estimate by; what must not be less than the truth is counted by {@link CountedBody}.
 *
 * <p>Not thread-safe.
 */
final class Base64Strings {
    static final int MIN_BYTES = 1024;

    /** Some writers escape each slash, so that the runs of a file have 64 characters on average. */
    private static final int MIN_RUN = 32;

    private static final int MAX_SAMPLE = 256;
    private static final int MAX_MEDIA_TYPE = 128;
    private static final byte[] DATA_URL = "data:".getBytes(US_ASCII);

    private enum Content {
        UNKNOWN,
        TEXT,
        FILE
    }

    private Content content = Content.TEXT;
    /** How many bytes the string that is being read has so far, if it is a file. */
    private long length;

    private long bytes;
    private int files;

    /** How many bytes are in files so far, the one that is being read included. */
    long bytes() {
        return bytes;
    }

    /** How many files there are so far, the one that is being read included. */
    int files() {
        return files;
    }

    /** A string that is no key begins. */
    void begin() {
        content = Content.UNKNOWN;
    }

    /** A run of characters of the string that stand for themselves. */
    void run(byte[] in, int from, int to) {
        if (content == Content.TEXT) {
            return;
        }
        int count = to - from;
        if (content == Content.UNKNOWN) {
            if (count < MIN_RUN) {
                return;
            }
            content = isFile(in, from, to) ? Content.FILE : Content.TEXT;
            length = 0;
        }
        if (content == Content.FILE) {
            boolean longEnough = length >= MIN_BYTES;
            length += count;
            if (longEnough) {
                bytes += count;
            } else if (length >= MIN_BYTES) {
                bytes += length;
                files++;
            }
        }
    }

    private boolean isFile(byte[] in, int from, int to) {
        int i = from;
        if (Arrays.equals(in, from, from + DATA_URL.length, DATA_URL, 0, DATA_URL.length)) {
            int end = Math.min(to, from + MAX_MEDIA_TYPE);
            while (i < end && in[i] != ',') {
                i++;
            }
            i++;
        }
        int end = Math.min(to, i + MAX_SAMPLE);
        while (i < end && isDigit(in[i])) {
            i++;
        }
        return i >= end;
    }

    private static boolean isDigit(byte b) {
        return (b >= 'a' && b <= 'z')
                || (b >= 'A' && b <= 'Z')
                || (b >= '0' && b <= '9')
                || b == '+'
                || b == '/'
                || b == '-'
                || b == '_'
                || b == '=';
    }
}
