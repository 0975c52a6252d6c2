package dev.inferencekey.server.domain.upstream;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Addresses that are never called, whatever leads there and whoever allows it: clouds serve their machines' credentials at link-local
 * ones, and some mean no single host. Loopback and private addresses are no such: people's own model servers are there. Stateless and
 * thread-safe.
 */
final class ForbiddenAddress {
    /** Where Alibaba, AWS and Google serve their machines' credentials besides 169.254.169.254. */
    private static final Set<InetAddress> METADATA = Set.of(
            InetAddress.ofLiteral("100.100.100.200"),
            InetAddress.ofLiteral("fd00:ec2::254"),
            InetAddress.ofLiteral("fd20:ce::254"));

    private static final InetAddress BROADCAST = InetAddress.ofLiteral("255.255.255.255");
    private static final byte[] NAT64 = prefix("64:ff9b::", 12);
    private static final byte[] LOCAL_NAT64 = prefix("64:ff9b:1::", 6);
    private static final byte[] SIX_TO_FOUR = {0x20, 0x02};

    private ForbiddenAddress() {}

    private static byte[] prefix(String address, int bytes) {
        return Arrays.copyOf(InetAddress.ofLiteral(address).getAddress(), bytes);
    }

    /** Why it is one, to go on after {@code it is}; null if it is none. */
    static @Nullable String reason(InetAddress address) {
        InetAddress meant = meant(address);
        if (meant.isLinkLocalAddress() || METADATA.contains(meant)) {
            return "a link-local address: clouds serve their machines' credentials there";
        }
        boolean many = meant.isMulticastAddress() || meant.isAnyLocalAddress() || meant.equals(BROADCAST);
        return many ? "an address that no single host has" : null;
    }

    /**
     * The IPv4 address that calls end up at, where it is wrapped up in IPv6: {@code ::a.b.c.d}, NAT64, 6to4; Java itself unpacks {@code
     * ::ffff:a.b.c.d}. Otherwise the address as it is.
     */
    static InetAddress meant(InetAddress address) {
        if (!(address instanceof Inet6Address v6) || v6.isLoopbackAddress() || v6.isAnyLocalAddress()) {
            return address;
        }
        byte[] bytes = v6.getAddress();
        if (v6.isIPv4CompatibleAddress() || startsWith(bytes, NAT64) || startsWith(bytes, LOCAL_NAT64)) {
            return v4(bytes, 12);
        }
        return startsWith(bytes, SIX_TO_FOUR) ? v4(bytes, 2) : address;
    }

    private static boolean startsWith(byte[] bytes, byte[] prefix) {
        return Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
    }

    private static InetAddress v4(byte[] bytes, int from) {
        try {
            return Inet4Address.getByAddress(Arrays.copyOfRange(bytes, from, from + 4));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("four bytes are an address", e);
        }
    }
}
