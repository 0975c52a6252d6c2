package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which web pages may call the data plane from a browser. Cookies play no part there, so browsers are never told to send credentials by
 * themselves. Immutable and thread-safe.
 *
 * @param origins such as {@code https://app.example.com}, exactly as browsers send them, or {@code *} for all; none by default, which
 *     leaves everything about origins out of answers
 */
public record CorsPolicy(Set<String> origins) {
    /** No page may. */
    public static final CorsPolicy OFF = new CorsPolicy(Set.of());

    static final String ANY = "*";

    private static final Pattern ORIGIN =
            Pattern.compile("[a-z][a-z0-9+.-]*://(?:[a-z0-9._-]+|\\[[0-9a-f:.]+])(?::[0-9]{1,5})?");
    private static final String EXPOSED =
            "Access-Control-Expose-Headers: x-request-id, retry-after, x-inferencekey-simulated,"
                    + " x-ratelimit-limit-requests, x-ratelimit-remaining-requests, x-ratelimit-reset-requests,"
                    + " x-ratelimit-limit-tokens, x-ratelimit-remaining-tokens, x-ratelimit-reset-tokens\r\n";
    private static final byte[] VARY = "Vary: Origin\r\n".getBytes(US_ASCII);
    private static final byte[] FOR_ANY =
            ("Access-Control-Allow-Origin: *\r\n" + EXPOSED + "Vary: Origin\r\n").getBytes(US_ASCII);

    /** @throws IllegalArgumentException if one of the origins is none */
    public CorsPolicy {
        origins = Set.copyOf(origins);
        for (String origin : origins) {
            if (!origin.equals(ANY) && !ORIGIN.matcher(origin).matches()) {
                throw new IllegalArgumentException("the origin \"" + origin
                        + "\" must be * or a scheme, a host and perhaps a port, in lower case and without a path,"
                        + " such as https://app.example.com");
            }
        }
    }

    /** Whether nothing at all is said. */
    boolean off() {
        return origins.isEmpty();
    }

    boolean allows(@Nullable String origin) {
        return origin != null && (origins.contains(ANY) || origins.contains(origin));
    }

    /** The header lines that an answer to this request carries, whatever its status; null for none. */
    byte @Nullable [] lines(RequestHead head) {
        if (off()) {
            return null;
        }
        if (origins.contains(ANY)) {
            return head.has(KnownHeader.ORIGIN) ? FOR_ANY : VARY;
        }
        String origin = head.isOnce(KnownHeader.ORIGIN) ? head.value(KnownHeader.ORIGIN) : null;
        return origin != null && allows(origin)
                ? ("Access-Control-Allow-Origin: " + origin + "\r\n" + EXPOSED + "Vary: Origin\r\n").getBytes(US_ASCII)
                : VARY;
    }
}
