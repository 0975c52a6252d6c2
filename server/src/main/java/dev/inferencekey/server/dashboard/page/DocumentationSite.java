package dev.inferencekey.server.dashboard.page;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The documentation's site as it came with the release, for anyone who reaches the control plane. Thread-safe.
 *
 * <p>Notes. What is asked for is looked up among the names of the files that were there when the platform started, and never made into
 * a path: no address leads out of the folder. Links are no files.
 */
public final class DocumentationSite {
    private static final String INDEX = "index.html";
    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "json", "application/json",
            "svg", "image/svg+xml",
            "png", "image/png",
            "xml", "application/xml",
            "yml", "text/plain; charset=utf-8");
    /** Nothing comes from elsewhere. Scripts that stand in pages run only if they were there when the page was built: see {@link #policy}. */
    private static final String POLICY =
            "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none'; script-src 'self'";

    private static final Pattern INLINE_SCRIPT = Pattern.compile("<script>(.*?)</script>", Pattern.DOTALL);

    /** What the site's own scripts read from a page's address: what is searched for, and what is marked in a page that was found. */
    private static final Set<String> OF_SEARCH = Set.of("q", "h");

    private final Map<String, Path> files;

    /** @param folder the site's; null for none, and then there is nothing at its address */
    public DocumentationSite(@Nullable Path folder) {
        files = folder == null ? Map.of() : files(folder);
    }

    public List<Route> routes() {
        return files.isEmpty()
                ? List.of()
                : List.of(
                        Route.platform("GET", "/docs", Action.PUBLIC, _ -> toIndex())
                                .withQuery(OF_SEARCH),
                        Route.platform("GET", "/docs/{file...}", Action.PUBLIC, this::send)
                                .withQuery(OF_SEARCH));
    }

    private static Map<String, Path> files(Path folder) {
        try (Stream<Path> found = Files.walk(folder)) {
            return found.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .collect(Collectors.toUnmodifiableMap(
                            file -> folder.relativize(file).toString(), file -> file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Answer toIndex() {
        return new Answer.Whole(302, Map.of("Location", "/docs/" + INDEX), new byte[0]);
    }

    private Answer send(Exchange exchange) {
        String name = exchange.variable("file");
        if (name.isEmpty()) {
            return toIndex();
        }
        Path file = files.get(name);
        // It may be gone since the start.
        if (file == null || Files.notExists(file)) {
            throw new RefusedException(ErrorCode.NOT_FOUND, "there is nothing at this path");
        }
        byte[] content = read(file);
        String type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "application/octet-stream");
        return new Answer.Whole(
                200,
                Map.of(
                        "Content-Type",
                        type,
                        "Cache-Control",
                        "public, max-age=600",
                        "Content-Security-Policy",
                        policy(type, content)),
                content);
    }

    /**
     * Names the scripts that stand in a page by their digests (CSP 3, section 8.4): pages of the site share the dashboard's origin, and what
     * somebody might smuggle into one while it is shown must not run there.
     */
    private static String policy(String type, byte[] content) {
        if (!type.startsWith("text/html")) {
            return POLICY;
        }
        return INLINE_SCRIPT
                .matcher(new String(content, StandardCharsets.UTF_8))
                .results()
                .map(script -> " 'sha256-" + digest(script.group(1)) + "'")
                .distinct()
                .collect(Collectors.joining("", POLICY, ""));
    }

    private static String digest(String script) {
        try {
            return Base64.getEncoder()
                    .encodeToString(
                            MessageDigest.getInstance("SHA-256").digest(script.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
