package dev.inferencekey.server.dashboard.page;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Where to go after signing in: paths of ours only, so that no link here leads people elsewhere. Stateless and thread-safe. */
public final class LocalPath {
    /** Neither {@code //host} nor anything that browsers would read like it. */
    private static final Pattern SAFE = Pattern.compile("/(?![/\\\\])[A-Za-z0-9._~/%@:+,=?&-]{0,1000}");

    private LocalPath() {}

    /** The path if it is one of ours, else {@code otherwise}. */
    public static String orElse(@Nullable String path, String otherwise) {
        return path != null && SAFE.matcher(path).matches() ? path : otherwise;
    }
}
