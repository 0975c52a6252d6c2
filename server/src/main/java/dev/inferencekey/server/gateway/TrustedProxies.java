package dev.inferencekey.server.gateway;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which proxies in front of the gateway are believed when they say who the caller is.
 *
 * <p>Notes. {@code X-Forwarded-For} is a list to which each proxy appends the address that it was called from; a caller can put anything in
 * front. So it is read from the right: as long as an address is a trusted proxy's, the one before it is believed. What is no IP address ends
 * that. If it says nothing that can be read, and the proxy is on this machine, the caller is unknown: with the proxy's address it would
 * count as being on this machine itself. {@code X-Forwarded-Proto} counts if the connection comes from a trusted proxy and it says one of two words, once.
 *
 * <p>Immutable and thread-safe.
 *
 * @param ranges in CIDR notation, such as {@code 10.0.0.0/8} or {@code fd00::/8}; an address alone is a range of one
 */
public record TrustedProxies(List<String> ranges) {
    /** Nobody is believed. */
    public static final TrustedProxies NONE = new TrustedProxies(List.of());

    /** The address of a caller of whom nothing is known. */
    static final String UNKNOWN = "unknown";

    private record Range(IpAddress network, int length) {
        boolean holds(IpAddress address) {
            return address.v4() == network.v4() && address.prefix(length).equals(network);
        }
    }

    /** Who called, as far as it can be believed; an address in the text form that logs and limits see. */
    record Caller(String address, boolean https) {}

    /** @throws IllegalArgumentException if one of the ranges is none */
    public TrustedProxies {
        ranges = List.copyOf(ranges);
        ranges.forEach(TrustedProxies::parse);
    }

    private static Range parse(String text) {
        int slash = text.indexOf('/');
        IpAddress address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
        if (address == null) {
            throw wrong(text, "is no IP address or CIDR range, such as 10.0.0.0/8 or fd00::/8");
        }
        int length = address.bits();
        if (slash >= 0) {
            String digits = text.substring(slash + 1);
            length = digits.matches("[0-9]{1,3}") ? Integer.parseInt(digits) : -1;
            if (length < 0 || length > address.bits()) {
                throw wrong(text, "needs a prefix length of 0 to " + address.bits() + ", such as 10.0.0.0/8");
            }
        }
        if (!address.prefix(length).equals(address)) {
            throw wrong(text, "has bits set behind its prefix; did you mean " + address.prefix(length) + "/" + length);
        }
        return new Range(address, length);
    }

    private static IllegalArgumentException wrong(String text, String what) {
        return new IllegalArgumentException("the trusted proxy \"" + text + "\" " + what);
    }

    /** The same, ready to be asked. Immutable and thread-safe. */
    Matcher matcher() {
        return new Matcher(ranges.stream().map(TrustedProxies::parse).toList());
    }

    /** Answers for addresses. */
    static final class Matcher {
        private final List<Range> ranges;

        private Matcher(List<Range> ranges) {
            this.ranges = ranges;
        }

        boolean trusts(IpAddress address) {
            for (Range range : ranges) {
                if (range.holds(address)) {
                    return true;
                }
            }
            return false;
        }

        /** Who is behind a trusted peer, by the head of one request: a proxy sends those of many callers over one connection. */
        Caller behind(RequestHead head, Caller peer) {
            String address = isLoopback(peer.address()) ? UNKNOWN : peer.address();
            List<String> hops = hops(head.list(KnownHeader.X_FORWARDED_FOR));
            for (int i = hops.size() - 1; i >= 0; i--) {
                IpAddress hop = hop(hops.get(i));
                if (hop == null) {
                    break;
                }
                address = hop.text();
                if (!trusts(hop)) {
                    break;
                }
            }
            return new Caller(address, https(head, peer.https()));
        }

        /** {@code address} in its one text form. */
        private static boolean isLoopback(String address) {
            return address.startsWith("127.") || address.equals("::1");
        }

        private static boolean https(RequestHead head, boolean otherwise) {
            if (!head.isOnce(KnownHeader.X_FORWARDED_PROTO)) {
                return otherwise;
            }
            return head.valueIs(KnownHeader.X_FORWARDED_PROTO, "https")
                    || (otherwise && !head.valueIs(KnownHeader.X_FORWARDED_PROTO, "http"));
        }

        private static List<String> hops(String list) {
            List<String> hops = new ArrayList<>();
            for (String hop : list.split(",", -1)) {
                hops.add(hop.strip());
            }
            return hops;
        }

        /** An address, perhaps with a port: {@code 192.0.2.1:4711}, {@code [2001:db8::1]:4711}. */
        private static @Nullable IpAddress hop(String text) {
            if (text.startsWith("[")) {
                int end = text.indexOf(']');
                int colon = text.indexOf(':');
                return end > 0 && colon > 0 && colon < end && isPortOrNothing(text.substring(end + 1))
                        ? IpAddress.parse(text.substring(1, end))
                        : null;
            }
            int colon = text.indexOf(':');
            if (colon > 0 && colon == text.lastIndexOf(':')) {
                return isPortOrNothing(text.substring(colon)) ? IpAddress.parse(text.substring(0, colon)) : null;
            }
            return IpAddress.parse(text);
        }

        private static boolean isPortOrNothing(String text) {
            return text.isEmpty() || text.matches(":[0-9]{1,5}");
        }
    }
}
