package dev.inferencekey.cli.api;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** A path below {@code /api} with its query, encoded: a slug or id that somebody typed cannot leave its segment. */
public record ApiPath(String text) {
    public static ApiPath of(String... segments) {
        StringBuilder path = new StringBuilder("/api");
        for (String segment : segments) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw new UsageException("\"" + segment + "\" names nothing");
            }
            path.append('/').append(encode(segment));
        }
        return new ApiPath(path.toString());
    }

    /** The same path below {@code /api/projects/{project}}. */
    public static ApiPath inProject(String project, String... segments) {
        List<String> all = new ArrayList<>(List.of("projects", project));
        all.addAll(List.of(segments));
        return of(all.toArray(String[]::new));
    }

    /** What is below it under this name; not for a path with a query. */
    public ApiPath below(String segment) {
        return new ApiPath(text + "/" + encode(segment));
    }

    public ApiPath with(String parameter, String value) {
        return new ApiPath(text + (text.contains("?") ? "&" : "?") + encode(parameter) + "=" + encode(value));
    }

    private static String encode(String segment) {
        StringBuilder encoded = new StringBuilder(segment.length());
        for (byte b : segment.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xFF);
            boolean plain = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || "-_.~".indexOf(c) >= 0;
            if (plain) {
                encoded.append(c);
            } else {
                encoded.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return encoded.toString();
    }
}
