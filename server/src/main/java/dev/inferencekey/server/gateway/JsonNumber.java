package dev.inferencekey.server.gateway;

import org.jspecify.annotations.Nullable;

/** A number as RFC 8259, section 6, writes it, however its bytes are cut into pieces. Not thread-safe: one number after the other. */
final class JsonNumber {
    private static final long MOST_BEFORE_A_DIGIT = 100_000_000_000_000_000L;

    private enum Part {
        MINUS,
        ZERO,
        INTEGER,
        POINT,
        FRACTION,
        EXPONENT,
        EXPONENT_SIGN,
        EXPONENT_DIGITS
    }

    private Part part = Part.ZERO;
    private long integer;

    /** {@code first} is a digit or a minus. */
    void begin(byte first) {
        if (first == '-') {
            integer = -1;
            part = Part.MINUS;
        } else {
            integer = (long) first - '0';
            part = first == '0' ? Part.ZERO : Part.INTEGER;
        }
    }

    /** Takes what belongs to the number; the index of the first byte that does not, {@code to} if all do. */
    int take(byte[] in, int from, int to) {
        int i = from;
        if (part == Part.INTEGER) {
            i = digits(in, i, to);
        }
        while (i < to && belongs(in[i])) {
            i++;
        }
        return i;
    }

    /** Whether it could end here. */
    boolean whole() {
        return part == Part.ZERO || part == Part.INTEGER || part == Part.FRACTION || part == Part.EXPONENT_DIGITS;
    }

    /** An integer from 0 to below 10^18, also if it is written with zeros behind a point; else -1. */
    long integer() {
        return integer;
    }

    private int digits(byte[] in, int from, int to) {
        int i = from;
        long value = integer;
        while (i < to && isDigit(in[i])) {
            value = value >= 0 && value < MOST_BEFORE_A_DIGIT ? value * 10 + (in[i] - '0') : -1;
            i++;
        }
        integer = value;
        return i;
    }

    private boolean belongs(byte b) {
        @Nullable
        Part next = switch (part) {
            case MINUS -> b == '0' ? Part.ZERO : isDigit(b) ? Part.INTEGER : null;
            case ZERO -> behindInteger(b);
            case INTEGER -> isDigit(b) ? Part.INTEGER : behindInteger(b);
            case POINT -> isDigit(b) ? Part.FRACTION : null;
            case FRACTION -> isDigit(b) ? Part.FRACTION : isExponent(b) ? Part.EXPONENT : null;
            case EXPONENT -> isDigit(b) ? Part.EXPONENT_DIGITS : b == '+' || b == '-' ? Part.EXPONENT_SIGN : null;
            case EXPONENT_SIGN, EXPONENT_DIGITS -> isDigit(b) ? Part.EXPONENT_DIGITS : null;
        };
        if (next == null) {
            return false;
        }
        if (next == Part.EXPONENT || (next == Part.FRACTION && b != '0')) {
            integer = -1;
        }
        if (part == Part.MINUS && next == Part.ZERO) {
            integer = 0;
        }
        part = next;
        return true;
    }

    private static @Nullable Part behindInteger(byte b) {
        return b == '.' ? Part.POINT : isExponent(b) ? Part.EXPONENT : null;
    }

    private static boolean isExponent(byte b) {
        return b == 'e' || b == 'E';
    }

    private static boolean isDigit(byte b) {
        return b >= '0' && b <= '9';
    }
}
