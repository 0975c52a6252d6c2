package dev.inferencekey.server.manager.sso;

import dev.inferencekey.server.domain.upstream.UpstreamUrl;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The rule for the addresses of a provider that the platform itself calls.
 *
 * <p>Notes. They must be {@code https}; plain {@code http} is for a provider on this machine, all of whose addresses are then on this
 * machine. Refused are addresses that clouds serve their machines' credentials at (link-local). Private and loopback addresses are
 * allowed: that is where many companies' providers are, and only an owner of the whole installation names the issuer. Names are not
 * looked up: the certificate that is checked when they are called says more about who answers than their address does, and it may
 * change between two look-ups.
 */
final class ProviderUrl {
    private ProviderUrl() {}

    /** What is wrong with an issuer, to go on after its name; null if nothing is. Never repeats it. */
    static @Nullable String problemOfIssuer(String text) {
        URI uri;
        try {
            uri = new URI(text);
        } catch (URISyntaxException e) {
            return "is not a URL";
        }
        if (uri.getRawQuery() != null) {
            return "must end with the path: no query and no fragment";
        }
        return problemOf(uri, true);
    }

    /** What is wrong with one of the addresses that the provider names; {@code issuer} is in order. */
    static @Nullable String problemOfEndpoint(@Nullable URI uri, URI issuer) {
        if (uri == null) {
            return "is missing";
        }
        return problemOf(uri, !isHttps(issuer));
    }

    private static @Nullable String problemOf(URI uri, boolean mayBePlain) {
        String host = uri.getHost();
        if (host == null) {
            return "must be a URL like https://id.example.com";
        }
        if (uri.getRawUserInfo() != null) {
            return "must not hold a user name or password";
        }
        if (uri.getRawFragment() != null) {
            return "must end with the path: no query and no fragment";
        }
        if (uri.getPort() == 0 || uri.getPort() > 65_535) {
            return "must have a port from 1 to 65535";
        }
        String problem = UpstreamUrl.problemOfHost(host.toLowerCase(Locale.ROOT));
        if (problem != null) {
            return problem;
        }
        boolean plain = "http".equalsIgnoreCase(uri.getScheme()) && mayBePlain && isLoopback(host);
        return plain || isHttps(uri)
                ? null
                : "must begin with https:// (http:// is for a provider on this machine alone)";
    }

    private static boolean isHttps(URI uri) {
        return "https".equalsIgnoreCase(uri.getScheme());
    }

    /** Only names and numbers that can't be anything else. */
    private static boolean isLoopback(String host) {
        if (host.equalsIgnoreCase("localhost")) {
            return true;
        }
        try {
            return InetAddress.ofLiteral(host).isLoopbackAddress();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
