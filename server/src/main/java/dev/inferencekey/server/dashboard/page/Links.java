package dev.inferencekey.server.dashboard.page;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The query of a page's address while its parts are changed one at a time. Immutable and thread-safe. */
public final class Links {
    private final Map<String, String> values;

    private Links(Map<String, String> values) {
        this.values = values;
    }

    /** No parts. */
    public static Links none() {
        return new Links(Map.of());
    }

    /** With one part more, changed, or, if {@code value} is null or empty, less. */
    public Links with(String name, @Nullable String value) {
        Map<String, String> next = new LinkedHashMap<>(values);
        next.remove(name);
        if (value != null && !value.isEmpty()) {
            next.put(name, value);
        }
        return new Links(next);
    }

    /** The path with the query behind it. */
    public String on(String path) {
        return values.isEmpty()
                ? path
                : path + "?"
                        + values.entrySet().stream()
                                .map(entry -> entry.getKey() + "="
                                        + URLEncoder.encode(entry.getValue(), StandardCharsets.UTF_8))
                                .collect(Collectors.joining("&"));
    }
}
