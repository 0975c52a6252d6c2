package dev.inferencekey.server.gateway;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.domain.inference.RequestTarget;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;

/** Any bytes as a request target: never an exception, and nothing that others could read differently is served. */
public final class RequestTargetFuzz {
    private RequestTargetFuzz() {}

    /** Fails if the input shows a fault. */
    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, ISO_8859_1);
        RequestTarget target = RequestTarget.parse(text);
        int query = text.indexOf('?');
        String path = query < 0 ? text : text.substring(0, query);
        boolean dataPlane = path.equals("/endpoint") || path.startsWith("/endpoint/");
        assertThat(RequestTarget.isDataPlane(target)).isEqualTo(dataPlane);
        if (!(target instanceof RequestTarget.Malformed)) {
            assertThat(text).matches("/[!-~&&[^#\\\\]]*");
        }
        if (target instanceof RequestTarget.OfEndpoint endpoint) {
            String raw = "/endpoint";
            for (String part : new String[] {endpoint.project(), endpoint.workload(), rawRoute(endpoint, path)}) {
                raw = part.isEmpty() ? raw : raw + "/" + part;
            }
            assertThat(path).isIn(raw, raw + "/");
            assertThat("/" + path + "/").doesNotContain("/./", "/../");
            assertThat(normalized(path)).isEqualTo(path);
            if (!endpoint.route().startsWith(RequestTarget.MODELS)) {
                assertThat(path).doesNotContain("%");
            }
        }
    }

    /** The route as it stands in the path; what it was decoded to is compared with what the JDK makes of it. */
    private static String rawRoute(RequestTarget.OfEndpoint endpoint, String path) {
        String prefix = "/endpoint/" + endpoint.project() + "/" + endpoint.workload() + "/" + RequestTarget.MODELS;
        if (!path.startsWith(prefix) || !endpoint.route().startsWith(RequestTarget.MODELS)) {
            return endpoint.route();
        }
        String raw = path.substring(prefix.length());
        if (!raw.contains("/")) {
            assertThat(endpoint.route())
                    .isEqualTo(RequestTarget.MODELS + URLDecoder.decode(raw.replace("+", "%2B"), UTF_8));
        }
        return RequestTarget.MODELS + raw;
    }

    private static String normalized(String path) {
        try {
            return new URI("http", "x", path, null).normalize().getPath();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
