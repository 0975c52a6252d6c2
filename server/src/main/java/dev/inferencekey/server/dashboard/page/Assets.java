package dev.inferencekey.server.dashboard.page;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.Exchange;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.service.RefusedException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The style sheets, scripts and pictures of all pages, out of our own jar. An address holds a digest of what is there, so that browsers ask
 * for each once and never again. Thread-safe; read when the first page is asked for.
 */
public final class Assets {
    private static final Map<String, String> TYPES = Map.of(
            ".css",
            "text/css; charset=utf-8",
            ".js",
            "text/javascript; charset=utf-8",
            ".svg",
            "image/svg+xml",
            ".txt",
            "text/plain; charset=utf-8");
    private static final List<String> NAMES = List.of(
            "tabler.min.css",
            "uPlot.min.css",
            "app.css",
            "htmx.min.js",
            "uPlot.iife.min.js",
            "theme.js",
            "app.js",
            "chart.js",
            "workload.js",
            "playground.js",
            "icon.svg",
            "licenses.txt");
    private static final int DIGEST_SHOWN = 12;

    /** One file; compressed once. */
    private record Asset(String type, String url, Compressed content) {}

    // Class initialisation makes it once, whoever comes first.
    private static final class Loaded {
        static final Map<String, Asset> ALL = load();
    }

    /** Where the file is. */
    public String url(String name) {
        Asset asset = Loaded.ALL.get(name);
        if (asset == null) {
            throw new IllegalArgumentException("there is no asset " + name);
        }
        return asset.url();
    }

    public List<Route> routes() {
        return List.of(
                Route.platform("GET", "/assets/{digest}/{name}", Action.PUBLIC, Assets::send),
                Route.platform("GET", "/favicon.ico", Action.PUBLIC, exchange -> send(exchange, "icon.svg")));
    }

    private static Answer send(Exchange exchange) {
        return send(exchange, exchange.variable("name"));
    }

    private static Answer send(Exchange exchange, String name) {
        Asset asset = Loaded.ALL.get(name);
        if (asset == null) {
            throw new RefusedException(ErrorCode.NOT_FOUND, "there is nothing at this path");
        }
        return asset.content()
                .answer(exchange.request(), 200)
                .withHeader("Content-Type", asset.type())
                .withHeader("Cache-Control", "public, max-age=31536000, immutable");
    }

    private static Map<String, Asset> load() {
        Map<String, Asset> assets = new LinkedHashMap<>();
        for (String name : NAMES) {
            byte[] bytes = read(name);
            String type = TYPES.getOrDefault(name.substring(name.lastIndexOf('.')), "application/octet-stream");
            assets.put(name, new Asset(type, "/assets/" + digest(bytes) + "/" + name, Compressed.of(bytes)));
        }
        return assets;
    }

    private static byte[] read(String name) {
        try (InputStream in = Assets.class.getResourceAsStream("/dev/inferencekey/server/dashboard/assets/" + name)) {
            if (in == null) {
                throw new IllegalStateException("the build left out the page asset " + name);
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String digest(byte[] bytes) {
        try {
            byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(bytes);
            return HexFormat.of().formatHex(sha256).substring(0, DIGEST_SHOWN);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }
}
