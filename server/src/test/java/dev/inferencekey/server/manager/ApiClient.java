package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Calls the control plane as the gateway would, and holds every exchange against the OpenAPI document. Immutable. */
final class ApiClient {
    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    private final int port;
    private final Map<String, String> headers;
    private final boolean checked;

    ApiClient(int port, String internalSecret) {
        this(
                port,
                Map.of(
                        "X-InferenceKey-Internal", internalSecret,
                        "X-Forwarded-For", "127.0.0.1",
                        "X-Forwarded-Proto", "http"),
                true);
    }

    private ApiClient(int port, Map<String, String> headers, boolean checked) {
        this.port = port;
        this.headers = Map.copyOf(headers);
        this.checked = checked;
    }

    /** What came back. */
    record Reply(int status, HttpHeaders headers, String body) {
        Map<String, @Nullable Object> json() {
            return asObject(JSON.readValue(body, Object.class));
        }

        List<Map<String, @Nullable Object>> list() {
            return asObjects(JSON.readValue(body, Object.class));
        }

        String text(String field) {
            return String.valueOf(json().get(field));
        }

        String code() {
            return text("error");
        }

        Optional<String> header(String name) {
            return headers.firstValue(name);
        }

        Reply expect(int expected) {
            assertThat(status).as(body).isEqualTo(expected);
            return this;
        }

        Reply expect(int expected, String code) {
            expect(expected);
            assertThat(code()).as(body).isEqualTo(code);
            assertThat(text("message")).isNotBlank();
            assertThat(text("request_id")).isEqualTo(header("X-Request-Id").orElse("none"));
            return this;
        }
    }

    @SuppressWarnings("unchecked") // the keys of a JSON object are strings
    static Map<String, @Nullable Object> asObject(@Nullable Object value) {
        assertThat(value).isInstanceOf(Map.class);
        return (Map<String, @Nullable Object>) value;
    }

    @SuppressWarnings("unchecked") // these lists hold objects
    static List<Map<String, @Nullable Object>> asObjects(@Nullable Object value) {
        assertThat(value).isInstanceOf(List.class);
        return (List<Map<String, @Nullable Object>>) value;
    }

    ApiClient bearer(String credential) {
        return header("Authorization", "Bearer " + credential);
    }

    ApiClient header(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new ApiClient(port, more, checked);
    }

    ApiClient without(String name) {
        Map<String, String> fewer = new LinkedHashMap<>(headers);
        fewer.remove(name);
        return new ApiClient(port, fewer, checked);
    }

    /** For requests that are wrong on purpose in ways that the document can't describe. */
    ApiClient unchecked() {
        return new ApiClient(port, headers, false);
    }

    Reply get(String path) {
        return send("GET", path, null);
    }

    Reply delete(String path) {
        return send("DELETE", path, null);
    }

    Reply post(String path, Object body) {
        return send("POST", path, JSON.writeValueAsString(body));
    }

    Reply post(String path) {
        return send("POST", path, null);
    }

    Reply patch(String path, Object body) {
        return send("PATCH", path, JSON.writeValueAsString(body));
    }

    Reply put(String path, Object body) {
        return send("PUT", path, JSON.writeValueAsString(body));
    }

    Reply send(String method, String path, @Nullable String body) {
        return send(method, path, body == null ? null : body.getBytes(StandardCharsets.UTF_8), "application/json");
    }

    Reply send(String method, String path, byte @Nullable [] body, String contentType) {
        HttpRequest.Builder request = request(path)
                .method(
                        method,
                        body == null
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        if (body != null && !contentType.isEmpty()) {
            request.header("Content-Type", contentType);
        }
        try {
            HttpResponse<String> response = HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
            Reply reply = new Reply(response.statusCode(), response.headers(), response.body());
            if (checked) {
                OpenApiCheck.check(method, path, headers, body, contentType, reply);
            }
            return reply;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Begins to read a stream; the caller closes it. */
    HttpResponse<InputStream> open(String path) {
        try {
            return HTTP.send(request(path).GET().build(), HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    int port() {
        return port;
    }

    Map<String, String> headers() {
        return headers;
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30));
        headers.forEach(request::header);
        return request;
    }
}
