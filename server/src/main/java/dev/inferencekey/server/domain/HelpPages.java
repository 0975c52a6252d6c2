package dev.inferencekey.server.domain;

import dev.inferencekey.contract.error.ErrorCode;
import java.net.URI;

/**
 * Where callers who were refused something read what it means: the documentation's site. Immutable and thread-safe.
 *
 * @param base what its addresses begin with; ends with a slash. A path alone is on the server that refused.
 */
public record HelpPages(String base) {
    /** A server's own copy of the site. */
    public static final HelpPages OWN = new HelpPages("/docs/");

    public HelpPages {
        if (!base.endsWith("/")) {
            throw new IllegalArgumentException("the base must end with a slash, was \"" + base + "\"");
        }
    }

    /** @throws IllegalArgumentException if it is no plain web address, with a sentence that says so */
    public static HelpPages at(URI site) {
        boolean plain = ("https".equals(site.getScheme()) || "http".equals(site.getScheme()))
                && site.getHost() != null
                && site.getRawUserInfo() == null
                && site.getRawQuery() == null
                && site.getRawFragment() == null;
        if (!plain) {
            throw new IllegalArgumentException(
                    "the documentation's address must be one such as https://docs.example.com/, was \"" + site + "\"");
        }
        String text = site.toASCIIString();
        return new HelpPages(text.endsWith("/") ? text : text + "/");
    }

    /** The value of the header {@code Link} of an answer with this error (RFC 8288). */
    public String linkTo(ErrorCode code) {
        return "<" + base + "reference/errors.html#" + code.wire() + ">; rel=\"help\"";
    }
}
