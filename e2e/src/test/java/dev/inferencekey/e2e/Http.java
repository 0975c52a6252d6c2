package dev.inferencekey.e2e;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A plain HTTP caller, as one who has no client of ours would be. Thread-safe. */
public final class Http {
    public static final JsonMapper JSON = JsonMapper.shared();

    /** Everything that was ever answered, headers and bodies: for those who search it. */
    final Queue<String> received = new ConcurrentLinkedQueue<>();

    private final URI base;
    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();

    public Http(URI base) {
        this.base = base;
    }

    /** The error code that a body carries in either plane's shape, empty if it carries none. */
    public static String code(String body) {
        if (!body.startsWith("{")) {
            return "";
        }
        JsonNode error = JSON.readTree(body).path("error");
        return error.isString() ? error.asString() : error.path("code").asString("");
    }

    /** What came back. */
    public record Answer(int status, HttpResponse<String> raw) {
        public JsonNode json() {
            return JSON.readTree(raw.body());
        }

        public String body() {
            return raw.body();
        }

        /** The error code in either plane's shape, empty if the body carries none. */
        public String code() {
            return Http.code(raw.body());
        }

        public Answer expect(int wanted) {
            if (status != wanted) {
                throw new AssertionError("expected " + wanted + ", got " + status + ": " + raw.body());
            }
            return this;
        }
    }

    public Answer get(String path, @Nullable String bearer) {
        return send("GET", path, bearer, null);
    }

    public Answer post(String path, @Nullable String bearer, String json) {
        return send("POST", path, bearer, json);
    }

    /** Sends a form, as a page does. */
    Answer form(String path, Map<String, String> fields) {
        String body = fields.entrySet().stream()
                .map(field -> URLEncoder.encode(field.getKey(), StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return send("POST", path, null, "application/x-www-form-urlencoded", body.getBytes(StandardCharsets.UTF_8));
    }

    public Answer send(String method, String path, @Nullable String bearer, @Nullable String json) {
        return send(
                method, path, bearer, "application/json", json == null ? null : json.getBytes(StandardCharsets.UTF_8));
    }

    Answer send(String method, String path, @Nullable String bearer, String contentType, byte @Nullable [] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(Duration.ofSeconds(60));
        if (bearer != null) {
            request.header("Authorization", "Bearer " + bearer);
        }
        if (body != null) {
            request.header("Content-Type", contentType);
        }
        request.method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofByteArray(body));
        try {
            HttpResponse<String> response = client.send(request.build(), BodyHandlers.ofString());
            received.add(response.headers().map() + "\n" + response.body());
            return new Answer(response.statusCode(), response);
        } catch (IOException e) {
            throw new AssertionError(method + " " + path + " got no answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
