package dev.inferencekey.server.manager.http;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.manager.service.RefusedException;
import java.net.URI;
import java.util.Set;

/**
 * Refuses forms that another site's page sent, signing in included: a person must not find themselves signed in as somebody else.
 * Stateless and thread-safe.
 *
 * <p>Browsers say where a request comes from in {@code Sec-Fetch-Site} (Fetch Metadata), older ones in {@code Origin} alone. Programs that are
 * no browsers say nothing; nobody can make them act on a person's behalf, so they pass.
 */
final class SameSite {
    private static final Set<String> OWN = Set.of("same-origin", "none");

    private SameSite() {}

    static void require(Request request, URI baseUrl) {
        String site = request.header("sec-fetch-site");
        boolean own = site.isEmpty() ? originIsOurs(request.header("origin"), baseUrl) : OWN.contains(site);
        if (!own) {
            throw new RefusedException(
                    ErrorCode.CSRF_TOKEN_MISSING,
                    "the form was sent from another site; open the page here and try again");
        }
    }

    /** By host and port alone: a proxy that ends TLS and does not say so changes the scheme. */
    private static boolean originIsOurs(String origin, URI baseUrl) {
        if (origin.isEmpty()) {
            return true;
        }
        int authority = origin.indexOf("://");
        return authority > 0 && origin.substring(authority + 3).equalsIgnoreCase(baseUrl.getRawAuthority());
    }
}
