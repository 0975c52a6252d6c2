package dev.inferencekey.server.manager.http;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A path with named segments, such as {@code /api/projects/{project}/workloads}. The last one may be {@code {name...}}, which stands for
 * one segment or more, with slashes between them. Paths are cut at slashes before they are decoded, so an encoded slash never makes a
 * segment. Immutable and thread-safe.
 */
final class PathTemplate {
    private static final String REST = "...}";

    private final String text;
    private final List<String> segments;
    private final boolean open;

    PathTemplate(String text) {
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException("a path begins with a slash: " + text);
        }
        this.text = text;
        this.segments = List.of(text.substring(1).split("/", -1));
        this.open = text.endsWith(REST);
    }

    String text() {
        return text;
    }

    boolean names(String variable) {
        return segments.contains("{" + variable + "}");
    }

    /** The decoded variables, null if the path is another one. */
    @Nullable
    Map<String, String> match(List<String> path) {
        int last = segments.size() - 1;
        if (open ? path.size() <= last : path.size() != segments.size()) {
            return null;
        }
        Map<String, String> variables = new HashMap<>();
        for (int i = 0; i <= last; i++) {
            String segment = segments.get(i);
            if (i == last && open) {
                variables.put(
                        segment.substring(1, segment.length() - REST.length()),
                        String.join("/", path.subList(i, path.size())));
            } else if (segment.startsWith("{")) {
                variables.put(segment.substring(1, segment.length() - 1), path.get(i));
            } else if (!segment.equals(path.get(i))) {
                return null;
            }
        }
        return variables;
    }

    /** How many segments are fixed: the more, the closer the match. */
    int fixedSegments() {
        return (int)
                segments.stream().filter(segment -> !segment.startsWith("{")).count();
    }

    /** The decoded segments of a raw path; null if it does not begin with a slash or can't be decoded. */
    static @Nullable List<String> segmentsOf(String rawPath) {
        if (!rawPath.startsWith("/")) {
            return null;
        }
        try {
            return List.of(rawPath.substring(1).split("/", -1)).stream()
                    .map(segment -> URLDecoder.decode(segment.replace("+", "%2B"), StandardCharsets.UTF_8))
                    .toList();
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
