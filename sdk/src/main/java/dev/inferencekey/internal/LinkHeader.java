package dev.inferencekey.internal;

import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The {@code Link} header (RFC 8288), as far as lists need it. */
public final class LinkHeader {
    private static final Pattern LINK = Pattern.compile("<([^>]*)>((?:[^,\"]|\"[^\"]*\")*)");
    private static final Pattern REL =
            Pattern.compile(";\\s*rel\\s*=\\s*(?:\"([^\"]*)\"|([^;\\s,\"]+))", Pattern.CASE_INSENSITIVE);

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
                    return Optional.of(base.resolve(link.group(1)));
                }
            }
        }
        return Optional.empty();
    }

    private static boolean isNext(String parameters) {
        Matcher rel = REL.matcher(parameters);
        if (!rel.find()) {
            return false;
        }
        String names = rel.group(1) == null ? rel.group(2) : rel.group(1);
        return Arrays.stream(names.split("\\s+")).anyMatch("next"::equalsIgnoreCase);
    }
}
