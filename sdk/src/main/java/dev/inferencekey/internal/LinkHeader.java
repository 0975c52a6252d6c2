package dev.inferencekey.internal;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code Link} header (RFC 8288), as far as lists need it. Stateless and thread-safe. */
public final class LinkHeader {
    private static final Pattern LINK = Pattern.compile("<([^>]*)>((?:[^,\"]|\"[^\"]*\")*)");
    private static final Pattern PARAMETER =
            Pattern.compile(";\\s*([^=;,\\s]+)\\s*(?:=\\s*(?:\"([^\"]*)\"|([^;,\\s]*)))?");

    private LinkHeader() {}

    /**
     * Where the next page is.
     *
     * @param values the values of all {@code Link} headers
     * @param base what relative addresses are relative to
     * @throws IllegalArgumentException if the address is none
     */
    public static Optional<URI> next(List<String> values, URI base) {
        for (String value : values) {
            Matcher link = LINK.matcher(value);
            while (link.find()) {
                if (isNext(link.group(2))) {
                    return Optional.of(resolve(base, link.group(1)));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isNext(String parameters) {
        Matcher parameter = PARAMETER.matcher(parameters);
        while (parameter.find()) {
            if (parameter.group(1).equalsIgnoreCase("rel")) {
                String relations = parameter.group(2) == null ? parameter.group(3) : parameter.group(2);
                return relations != null
                        && Arrays.stream(relations.split("\\s+")).anyMatch("next"::equalsIgnoreCase);
            }
        }
        return false;
    }

    /** A query alone belongs to the same path; the JDK would drop the path's last segment. */
    private static URI resolve(URI base, String target) {
        return base.resolve(target.startsWith("?") ? base.getRawPath() + target : target);
    }
}
