package dev.inferencekey.server.manager.session;

import dev.inferencekey.server.manager.access.SessionCredential;
import dev.inferencekey.server.manager.http.Exchange;
import java.net.URI;
import java.util.Set;

/**
 * The cookie in which browsers keep a sign-in, as the header {@code Set-Cookie} has it. Stateless and thread-safe.
 *
 * <p>{@code HttpOnly}: scripts can't read it. {@code SameSite=Lax}: a link from elsewhere finds the person signed in, while changes from
 * elsewhere come without it. {@code Secure}: never over a network in plain text; browsers keep such a cookie from this machine's own
 * plain address, too, all but Safari, which is therefore spared there: between a browser and its own machine is no network.
 */
public final class SessionCookie {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private SessionCookie() {}

    /** Keeps the sign-in until it ends. */
    public static String keeping(Exchange exchange, SessionCredential session) {
        return cookie(exchange, session.reveal(), SignInService.LIFETIME.toSeconds());
    }

    /** Takes it away. */
    public static String forgetting(Exchange exchange) {
        return cookie(exchange, "", 0);
    }

    /** The attribute that keeps a cookie off networks in plain text, as it is to be appended to others. */
    public static String secure(Exchange exchange) {
        return isSparedSecure(exchange) ? "" : "; Secure";
    }

    private static String cookie(Exchange exchange, String value, long maxAgeSeconds) {
        return SessionCredential.COOKIE + "=" + value + "; Path=/; Max-Age=" + maxAgeSeconds
                + "; HttpOnly; SameSite=Lax" + secure(exchange);
    }

    private static boolean isSparedSecure(Exchange exchange) {
        URI url = exchange.baseUrl();
        String userAgent = exchange.request().header("user-agent");
        return "http".equals(url.getScheme())
                && LOOPBACK.contains(url.getHost())
                && userAgent.contains("Safari/")
                && !userAgent.contains("Chrome/");
    }
}
