package dev.inferencekey.server.dashboard.page;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.RefusedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
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
    /** The site's own scripts and styles stand in its pages, too; nothing comes from elsewhere. */
    private static final String POLICY =
            "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
                    + " img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Map<String, Path> files;

    /** @param folder the site's; null for none, and then there is nothing at its address */
    public DocumentationSite(@Nullable Path folder) {
        files = folder == null ? Map.of() : files(folder);
    }

    public List<Route> routes() {
        return files.isEmpty()
                ? List.of()
                : List.of(
                        Route.platform("GET", "/docs", Action.PUBLIC, _ -> toIndex()),
                        Route.platform("GET", "/docs/{file...}", Action.PUBLIC, this::send));
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
        return new Answer.Whole(
                200,
                Map.of(
                        "Content-Type",
                        TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "application/octet-stream"),
                        "Cache-Control",
                        "public, max-age=600",
                        "Content-Security-Policy",
                        POLICY),
                read(file));
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
