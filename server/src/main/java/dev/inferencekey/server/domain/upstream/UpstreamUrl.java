package dev.inferencekey.server.domain.upstream;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rule for the addresses that {@code external} workloads forward to. Loopback and private addresses are allowed: that is where
 * people's own model servers are. Link-local ones are not: that is where clouds keep their machines' credentials. Looks nothing up.
 */
public final class UpstreamUrl {
    private static final Pattern DOTTED_QUAD = Pattern.compile(
            "(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])");

    /** What resolvers read as a number too: {@code 2852039166} and {@code 0xa9fea9fe} are 169.254.169.254. */
    private static final Pattern NUMERIC_HOST = Pattern.compile("(?:[0-9a-fx]+\\.)*(?:[0-9]+|0x[0-9a-f]*)\\.?");

    private UpstreamUrl() {}

    /** What is wrong with it, to go on after its path; null if nothing is. Never repeats the URL, which may hold a password. */
    public static @Nullable String problemOf(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            return "is not a URL";
        }
        String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
        if (!scheme.equals("http") && !scheme.equals("https")) {
            return "must begin with http:// or https://";
        }
        if (uri.getRawUserInfo() != null) {
            return "must not hold a user name or password; put the secret under secret_ref";
        }
        if (uri.getHost() == null) {
            return "names no host, or one with characters that host names do not have, such as _; give a container an alias without it";
        }
        if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
            return "must end with the path: no query and no fragment";
        }
        if (uri.getPort() == 0 || uri.getPort() > 65_535) {
            return "must have a port from 1 to 65535";
        }
        return problemOfHost(uri.getHost().toLowerCase(Locale.ROOT));
    }

    /** What is wrong with the host part of a URL in lower case, to go on after the URL's path; null if nothing is. */
    public static @Nullable String problemOfHost(String host) {
        boolean literal = host.startsWith("[");
        if (!literal && NUMERIC_HOST.matcher(host).matches()) {
            if (!DOTTED_QUAD.matcher(host).matches()) {
                return "must write an IPv4 address as four decimal numbers";
            }
            literal = true;
        }
        if (!literal) {
            return null;
        }
        try {
            String forbidden = ForbiddenAddress.reason(InetAddress.ofLiteral(host));
            return forbidden == null ? null : "must not be " + forbidden;
        } catch (IllegalArgumentException e) {
            return "names no valid address";
        }
    }
}
