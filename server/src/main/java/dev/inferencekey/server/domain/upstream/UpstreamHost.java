package dev.inferencekey.server.domain.upstream;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Objects;

/**
 * A host that a secret may be sent to: by its name or address, on one port or on all. Immutable and thread-safe.
 *
 * @param host in lower case, without brackets and without a dot at its end
 * @param port 1 to 65535, or {@link #ANY_PORT}
 */
public record UpstreamHost(String host, int port) {
    /** All ports of the host. */
    public static final int ANY_PORT = 0;

    /** Longest text of one, in characters. */
    public static final int MAX_LENGTH = 300;

    private static final int HIGHEST_PORT = 65_535;

    /** The same host always has the same text. */
    public UpstreamHost {
        host = canonical(host);
        if (host.isEmpty() || port < 0 || port > HIGHEST_PORT) {
            throw new IllegalArgumentException("no host and port");
        }
    }

    /**
     * Reads {@code api.example.com}, {@code 10.0.0.5:8000} or {@code [::1]:8000}.
     *
     * @throws IllegalArgumentException with what is wrong, to go on after the field's path
     */
    public static UpstreamHost parse(String text) {
        String sent = text.strip();
        if (sent.contains("/")) {
            throw new IllegalArgumentException(
                    "must be a host or host:port without scheme and path, such as api.example.com or 10.0.0.5:8000");
        }
        boolean bareIpv6 = !sent.startsWith("[") && sent.indexOf(':') != sent.lastIndexOf(':');
        URI url;
        try {
            url = new URI("http://" + (bareIpv6 ? "[" + sent + "]" : sent));
        } catch (URISyntaxException e) {
            throw noHost();
        }
        String host = url.getHost();
        if (host == null
                || url.getRawUserInfo() != null
                || url.getRawQuery() != null
                || url.getRawFragment() != null
                || url.getPort() == 0
                || url.getPort() > HIGHEST_PORT
                || sent.endsWith(":")) {
            throw noHost();
        }
        String problem = UpstreamUrl.problemOfHost(host.toLowerCase(Locale.ROOT));
        if (problem != null) {
            throw new IllegalArgumentException(problem);
        }
        return new UpstreamHost(host, Math.max(ANY_PORT, url.getPort()));
    }

    private static IllegalArgumentException noHost() {
        return new IllegalArgumentException(
                "must be a host or host:port, such as api.example.com or 10.0.0.5:8000; names have letters, digits, dots and hyphens");
    }

    /**
     * The host and port that calls to this URL go to.
     *
     * @throws IllegalArgumentException if it names no host
     */
    public static UpstreamHost of(URI url) {
        return new UpstreamHost(Objects.requireNonNullElse(url.getHost(), ""), port(url));
    }

    private static int port(URI url) {
        return url.getPort() > 0 ? url.getPort() : "https".equalsIgnoreCase(url.getScheme()) ? 443 : 80;
    }

    /** Whether calls to this URL go to the host, on a port that is meant. */
    public boolean covers(URI url) {
        String called = url.getHost();
        return called != null && host.equals(canonical(called)) && (port == ANY_PORT || port == port(url));
    }

    private static String canonical(String host) {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        if (bare.indexOf(':') >= 0) {
            try {
                return InetAddress.ofLiteral(bare).getHostAddress();
            } catch (IllegalArgumentException e) {
                return bare.toLowerCase(Locale.ROOT);
            }
        }
        String lower = bare.toLowerCase(Locale.ROOT);
        return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        String shown = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == ANY_PORT ? shown : shown + ":" + port;
    }
}
