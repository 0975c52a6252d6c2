package dev.inferencekey.internal;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.List;
import java.util.Optional;

/**
 * The answer to a call, of any status. Shows itself without headers and body.
 *
 * @param attempts how many requests it took, at least 1
 */
public record Reply(URI uri, int status, HttpHeaders headers, Body body, int attempts) {
    /** Whether the status is 2xx. */
    public boolean isSuccess() {
        return status / 100 == 2;
    }

    /** The first header of this name. */
    public Optional<String> header(String name) {
        return headers.firstValue(name);
    }

    /** All headers of this name. */
    public List<String> allHeaders(String name) {
        return headers.allValues(name);
    }

    /** The media type without its parameters, in lower case; empty if there is none. */
    public String mediaType() {
        return MediaTypes.of(headers);
    }

    @Override
    public String toString() {
        return "Reply[" + status + " from " + uri + "]";
    }
}
