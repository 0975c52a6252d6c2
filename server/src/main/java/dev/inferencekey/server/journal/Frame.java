package dev.inferencekey.server.journal;

/**
 * How one record lies in a segment: its length in bytes, their CRC-32C, the bytes, and zeros up to the next multiple of eight. All
 * numbers are little-endian.
 *
 * <p>Notes. The length is written last and with release semantics, so whoever reads a length other than zero sees the whole record,
 * in this process or after its death. A record that was being written when the process died has the length zero: it does not exist.
 */
final class Frame {
    static final int CRC_AT = 4;
    static final int BODY_AT = 8;
    /** Ten texts at their longest, a code, and the numbers. */
    static final int MAX_BODY_BYTES = 64 * 1024;

    private static final int ALIGNMENT = 8;

    private Frame() {}

    /** What a body of this length takes in a segment. */
    static int size(int bodyBytes) {
        return (BODY_AT + bodyBytes + ALIGNMENT - 1) & -ALIGNMENT;
    }

    static boolean isAligned(long offset) {
        return offset % ALIGNMENT == 0;
    }
}
