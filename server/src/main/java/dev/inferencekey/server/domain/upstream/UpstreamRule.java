package dev.inferencekey.server.domain.upstream;

import java.net.InetAddress;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Some upstreams, named by an operator: {@code api.example.com}, {@code *.example.com}, {@code 10.0.0.0/8}, {@code [fd00::]/8}, each also
 * with a port, {@code 10.0.0.5:8000} or {@code [::1]:8000}. A name means what {@code base_url} says, an address or range what is connected
 * to. Immutable and thread-safe.
 */
public final class UpstreamRule {
    private static final Pattern RANGE = Pattern.compile(
            "(?:\\[([0-9A-Fa-f:.]+)]|([0-9]+(?:\\.[0-9]+){3})|([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*))"
                    + "(?:/([0-9]{1,3}))?(?::([0-9]{1,5}))?");
    private static final Pattern NAME =
            Pattern.compile("((?:\\*\\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?)\\.?(?::([0-9]{1,5}))?");
    private static final Pattern NUMBERS = Pattern.compile("[0-9.]+");
    private static final int HIGHEST_PORT = 65_535;

    private final String text;
    /** Null for a name. */
    private final @Nullable InetAddress network;

    private final int prefix;
    /** Empty for a range; begins with a dot if it stands for all names below it. */
    private final String name;

    private final int port;

    private UpstreamRule(String text, @Nullable InetAddress network, int prefix, String name, int port) {
        this.text = text;
        this.network = network;
        this.prefix = prefix;
        this.name = name;
        this.port = port;
    }

    /** @throws IllegalArgumentException with a sentence that repeats the text and says what would be right */
    public static UpstreamRule parse(String text) {
        Matcher range = RANGE.matcher(text);
        if (range.matches()) {
            return range(text, range);
        }
        Matcher named = NAME.matcher(text.toLowerCase(Locale.ROOT));
        if (!named.matches() || NUMBERS.matcher(named.group(1)).matches()) {
            throw wrong(
                    text,
                    "must be a host, an address or a range, each also with a port, such as api.example.com,"
                            + " 10.0.0.0/8, 10.0.0.5:8000 or [::1]:8000");
        }
        String name = named.group(1);
        return new UpstreamRule(
                text, null, 0, name.startsWith("*") ? name.substring(1) : name, port(text, named.group(2)));
    }

    private static UpstreamRule range(String text, Matcher range) {
        String literal =
                range.group(1) != null ? range.group(1) : range.group(2) != null ? range.group(2) : range.group(3);
        InetAddress network;
        try {
            network = InetAddress.ofLiteral(literal);
        } catch (IllegalArgumentException e) {
            throw wrong(text, "holds no valid address");
        }
        int bits = network.getAddress().length * Byte.SIZE;
        int prefix = range.group(4) == null ? bits : Integer.parseInt(range.group(4));
        if (prefix > bits) {
            throw wrong(text, "needs a prefix length of 0 to " + bits);
        }
        return new UpstreamRule(text, network, prefix, "", port(text, range.group(5)));
    }

    private static int port(String text, @Nullable String digits) {
        if (digits == null) {
            return UpstreamHost.ANY_PORT;
        }
        int port = Integer.parseInt(digits);
        if (port < 1 || port > HIGHEST_PORT) {
            throw wrong(text, "needs a port from 1 to " + HIGHEST_PORT);
        }
        return port;
    }

    private static IllegalArgumentException wrong(String text, String what) {
        return new IllegalArgumentException("the upstream \"" + text + "\" " + what);
    }

    /**
     * Whether a connection is one of those that are meant.
     *
     * @param host as {@code base_url} names it
     * @param address that it leads to
     */
    boolean matches(String host, InetAddress address, int toPort) {
        if (port != UpstreamHost.ANY_PORT && port != toPort) {
            return false;
        }
        InetAddress wanted = network;
        if (wanted != null) {
            return holds(wanted, address) || holds(wanted, ForbiddenAddress.meant(address));
        }
        String called = new UpstreamHost(host, UpstreamHost.ANY_PORT).host();
        return name.startsWith(".") ? called.endsWith(name) : called.equals(name);
    }

    private boolean holds(InetAddress wanted, InetAddress address) {
        byte[] first = wanted.getAddress();
        byte[] second = address.getAddress();
        if (first.length != second.length) {
            return false;
        }
        for (int bit = 0; bit < prefix; bit += Byte.SIZE) {
            int mask = prefix - bit >= Byte.SIZE ? 0xff : 0xff << (Byte.SIZE - (prefix - bit));
            if (((first[bit / Byte.SIZE] ^ second[bit / Byte.SIZE]) & mask) != 0) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof UpstreamRule rule && rule.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** As it was written. */
    @Override
    public String toString() {
        return text;
    }
}
