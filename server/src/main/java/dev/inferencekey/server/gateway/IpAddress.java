package dev.inferencekey.server.gateway;

import io.netty.util.NetUtil;
import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * An IP address as a number, so that it can be compared by its bits. An IPv4 address inside of IPv6 ({@code ::ffff:192.0.2.1}) is the IPv4
 * address. Immutable.
 *
 * @param high the upper 64 bits; 0 for IPv4
 * @param low the lower 64 bits; of IPv4 32 are used
 */
record IpAddress(boolean v4, long high, long low) {
    private static final int V4_BYTES = 4;
    private static final int MAX_TEXT = 45;
    private static final long MAPPED = 0xffffL;

    static IpAddress of(InetAddress address) {
        return ofBytes(address.getAddress());
    }

    /** Reads a literal as it stands: no name, no zone, no brackets, no number in other bases; null if it is none. */
    static @Nullable IpAddress parse(String text) {
        if (text.isEmpty() || text.length() > MAX_TEXT) {
            return null;
        }
        boolean colon = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
            if (!hex && c != '.' && c != ':') {
                return null;
            }
            colon |= c == ':';
        }
        if (!(colon ? NetUtil.isValidIpV6Address(text) : isDotted(text))) {
            return null;
        }
        try {
            return of(InetAddress.ofLiteral(text)); // NetUtil would take 0::192.0.2.1 for the IPv4 address.
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** Four decimal numbers; with a leading zero some readers would take one for octal. */
    private static boolean isDotted(String text) {
        for (String part : text.split("\\.", -1)) {
            if (part.length() > 1 && part.charAt(0) == '0') {
                return false;
            }
        }
        return NetUtil.isValidIpV4Address(text);
    }

    private static IpAddress ofBytes(byte[] bytes) {
        if (bytes.length == V4_BYTES) {
            return new IpAddress(true, 0, number(bytes, 0, V4_BYTES));
        }
        long high = number(bytes, 0, 8);
        long low = number(bytes, 8, 16);
        return high == 0 && low >>> 32 == MAPPED
                ? new IpAddress(true, 0, low & 0xffff_ffffL)
                : new IpAddress(false, high, low);
    }

    private static long number(byte[] bytes, int from, int to) {
        long number = 0;
        for (int i = from; i < to; i++) {
            number = number << 8 | (bytes[i] & 0xff);
        }
        return number;
    }

    /** How many bits it has. */
    int bits() {
        return v4 ? 32 : 128;
    }

    /** The same, with all but the first so many bits cleared. */
    IpAddress prefix(int length) {
        if (v4) {
            return new IpAddress(true, 0, length == 0 ? 0 : low & (-1L << (32 - length)));
        }
        long keptHigh = length == 0 ? 0 : length >= 64 ? high : high & (-1L << (64 - length));
        long keptLow = length <= 64 ? 0 : low & (-1L << (128 - length));
        return new IpAddress(false, keptHigh, keptLow);
    }

    /** The one text of it that logs, limits and the manager see. */
    String text() {
        byte[] bytes = new byte[v4 ? V4_BYTES : 16];
        for (int i = 0; i < bytes.length; i++) {
            int shift = 8 * (bytes.length - 1 - i);
            bytes[i] = (byte) (shift >= 64 ? high >>> (shift - 64) : low >>> shift);
        }
        return NetUtil.bytesToIpAddress(bytes);
    }

    @Override
    public String toString() {
        return text();
    }
}
