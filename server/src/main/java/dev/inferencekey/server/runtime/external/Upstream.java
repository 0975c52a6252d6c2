package dev.inferencekey.server.runtime.external;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Which addresses are never called. Stateless and thread-safe. */
final class Upstream {
    private Upstream() {}

    /** Whether requests must never go there: clouds serve their machines' credentials at link-local addresses. */
    static boolean isForbidden(InetAddress address) {
        InetAddress meant = embeddedIpv4(address);
        return meant.isLinkLocalAddress() || meant.isMulticastAddress() || meant.isAnyLocalAddress();
    }

    /** The IPv4 address inside {@code ::a.b.c.d} and {@code 64:ff9b::a.b.c.d}; Java itself unpacks {@code ::ffff:a.b.c.d}. */
    private static InetAddress embeddedIpv4(InetAddress address) {
        if (!(address instanceof Inet6Address v6) || v6.isLoopbackAddress()) {
            return address;
        }
        byte[] bytes = v6.getAddress();
        boolean translated = bytes[0] == 0 && bytes[1] == 0x64 && bytes[2] == (byte) 0xff && bytes[3] == (byte) 0x9b;
        if (!v6.isIPv4CompatibleAddress() && !translated) {
            return address;
        }
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, 12, 16));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
