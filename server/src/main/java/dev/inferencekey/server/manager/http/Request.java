package dev.inferencekey.server.manager.http;

import dev.inferencekey.server.manager.access.CsrfToken;
import dev.inferencekey.server.manager.access.Presented;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One request as it came in, independent of the HTTP library.
 *
 * @param path raw, still percent-encoded, without the query
 * @param query raw, empty without one
 * @param headers by lower-case name; the values in the order in which they came
 */
public record Request(String method, String path, String query, Map<String, List<String>> headers, Body body) {
    private static final Set<String> SAFE_METHODS = Set.of("GET", "HEAD", "OPTIONS");

    /** Reads what the request carries. */
    public interface Body {
        /**
         * Everything, at once.
         *
         * @throws dev.inferencekey.server.manager.service.RefusedException 413 as soon as more than {@code limit} bytes came
         */
        byte[] read(int limit);
    }

    public Request {
        headers = Map.copyOf(headers);
    }

    /** The header's value, empty without one; if it came more than once, the first. */
    public String header(String name) {
        List<String> values = headerValues(name);
        return values.isEmpty() ? "" : values.getFirst();
    }

    public List<String> headerValues(String name) {
        return headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
    }

    /** Whether it is part of the control plane's API, where everything but signing in takes a credential. */
    public boolean isApi() {
        return path.equals("/api") || path.startsWith("/api/");
    }

    /** What it shows of its caller, who calls from this address. */
    Presented presented(String from) {
        return new Presented(
                !SAFE_METHODS.contains(method),
                headerValues("authorization"),
                headerValues("cookie"),
                header(CsrfToken.HEADER),
                from);
    }

    /** Names no header and no query: they can hold secrets. */
    @Override
    public String toString() {
        return "Request[" + method + "]";
    }
}
