package dev.inferencekey.server.gateway;

import dev.inferencekey.server.domain.HelpPages;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the gateway meets the world outside: TLS, proxies in front of it, browsers, a control plane apart, other nodes. Immutable; the {@code with…}
 * methods give changed copies.
 *
 * @param tls the identity on the public address; null (the default) for plain HTTP
 * @param tlsReload how often TLS files are looked at for changes; default 5 s
 * @param maxConcurrentStreams how many requests one HTTP/2 connection may have under way; default 100
 * @param trustedProxies whose {@code X-Forwarded-For} and {@code X-Forwarded-Proto} are believed; default nobody's
 * @param cors which web pages may call the data plane; default none
 * @param publicUrl where applications reach the data plane, if it can't be concluded from how this server is reached; null (the default)
 *     to conclude it
 * @param controlListener the only address of the control plane, apart from the data plane's; null (the default) for one address for both
 * @param nodeListener where other nodes bring calls for the replicas that run here; null (the default) for a node that no other one calls
 * @param help what refusals link to; null (the default) for nothing
 */
public record EdgeConfig(
        @Nullable TlsFiles tls,
        Duration tlsReload,
        int maxConcurrentStreams,
        TrustedProxies trustedProxies,
        CorsPolicy cors,
        @Nullable URI publicUrl,
        @Nullable ControlListener controlListener,
        @Nullable NodeListener nodeListener,
        @Nullable HelpPages help) {
    public EdgeConfig {
        if (tlsReload.isZero() || tlsReload.isNegative()) {
            throw new IllegalArgumentException("tlsReload must be longer than zero, was " + tlsReload);
        }
        if (maxConcurrentStreams < 1 || maxConcurrentStreams > 10_000) {
            throw new IllegalArgumentException("maxConcurrentStreams must be 1 to 10000, was " + maxConcurrentStreams);
        }
        if (publicUrl != null && !isPlain(publicUrl)) {
            throw new IllegalArgumentException(
                    "the public URL must be one such as https://ai.example.com, was \"" + publicUrl + "\"");
        }
    }

    private static boolean isPlain(URI url) {
        return ("https".equals(url.getScheme()) || "http".equals(url.getScheme()))
                && url.getHost() != null
                && url.getRawUserInfo() == null
                && url.getRawQuery() == null
                && url.getRawFragment() == null;
    }

    /** Plain HTTP, on one address, for nobody in particular. */
    public static EdgeConfig defaults() {
        return new EdgeConfig(
                null, Duration.ofSeconds(5), 100, TrustedProxies.NONE, CorsPolicy.OFF, null, null, null, null);
    }

    public EdgeConfig withTls(@Nullable TlsFiles value) {
        return new EdgeConfig(
                value,
                tlsReload,
                maxConcurrentStreams,
                trustedProxies,
                cors,
                publicUrl,
                controlListener,
                nodeListener,
                help);
    }

    public EdgeConfig withTlsReload(Duration value) {
        return new EdgeConfig(
                tls, value, maxConcurrentStreams, trustedProxies, cors, publicUrl, controlListener, nodeListener, help);
    }

    public EdgeConfig withMaxConcurrentStreams(int value) {
        return new EdgeConfig(
                tls, tlsReload, value, trustedProxies, cors, publicUrl, controlListener, nodeListener, help);
    }

    public EdgeConfig withTrustedProxies(TrustedProxies value) {
        return new EdgeConfig(
                tls, tlsReload, maxConcurrentStreams, value, cors, publicUrl, controlListener, nodeListener, help);
    }

    public EdgeConfig withCors(CorsPolicy value) {
        return new EdgeConfig(
                tls,
                tlsReload,
                maxConcurrentStreams,
                trustedProxies,
                value,
                publicUrl,
                controlListener,
                nodeListener,
                help);
    }

    public EdgeConfig withPublicUrl(@Nullable URI value) {
        return new EdgeConfig(
                tls, tlsReload, maxConcurrentStreams, trustedProxies, cors, value, controlListener, nodeListener, help);
    }

    public EdgeConfig withControlListener(@Nullable ControlListener value) {
        return new EdgeConfig(
                tls, tlsReload, maxConcurrentStreams, trustedProxies, cors, publicUrl, value, nodeListener, help);
    }

    public EdgeConfig withNodeListener(@Nullable NodeListener value) {
        return new EdgeConfig(
                tls, tlsReload, maxConcurrentStreams, trustedProxies, cors, publicUrl, controlListener, value, help);
    }

    public EdgeConfig withHelp(@Nullable HelpPages value) {
        return new EdgeConfig(
                tls,
                tlsReload,
                maxConcurrentStreams,
                trustedProxies,
                cors,
                publicUrl,
                controlListener,
                nodeListener,
                value);
    }
}
