package dev.inferencekey.server.runtime.process;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Asks a model server whether it can be used. Thread-safe.
 *
 * <p>It counts as ready only if it also refuses who does not know its secret, where it can, and heeds who does: so a program that
 * happens to listen on the port, or a server whose protection is switched off, never gets requests.
 */
final class ReadinessProbe {
    /** What was found. */
    enum Finding {
        NOT_YET,
        /** It works, but answers without the secret. */
        UNPROTECTED,
        /** It works, but does not take the secret that it was given. */
        OTHER_SECRET,
        READY
    }

    private static final Duration TIMEOUT = Duration.ofSeconds(3);
    private static final Duration SHOW_TIMEOUT = Duration.ofSeconds(30);
    private static final int MAX_ANSWER_BYTES = 1 << 20;

    private final HttpClient http;
    private final Launch launch;
    private final URI base;
    private final String secret;

    ReadinessProbe(HttpClient http, Launch launch, int port, String secret) {
        this.http = http;
        this.launch = launch;
        this.base = URI.create("http://127.0.0.1:" + port);
        this.secret = secret;
    }

    URI base() {
        return base;
    }

    Finding look() throws InterruptedException {
        int health = status(launch.healthPath(), false);
        // A program without a health route of its own is up when it answers anything that is not its own failure.
        boolean healthy = launch.healthPath().equals("/") ? health > 0 && health < 500 : health == 200;
        if (!healthy) {
            return Finding.NOT_YET;
        }
        String path = launch.protection().protectedPath();
        if (path == null) {
            return Finding.READY;
        }
        int withoutSecret = status(path, false);
        if (withoutSecret <= 0) {
            return Finding.NOT_YET;
        }
        if (!isRefusal(withoutSecret)) {
            return Finding.UNPROTECTED;
        }
        int withSecret = status(path, true);
        if (withSecret <= 0) {
            return Finding.NOT_YET;
        }
        return isRefusal(withSecret) ? Finding.OTHER_SECRET : Finding.READY;
    }

    private static boolean isRefusal(int status) {
        return status == 401 || status == 403;
    }

    /** The status of the answer, 0 if there was none. */
    private int status(String path, boolean withSecret) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(TIMEOUT);
        if (withSecret) {
            request.header("Authorization", "Bearer " + secret);
        }
        try {
            HttpResponse<InputStream> response = http.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            response.body().close();
            return response.statusCode();
        } catch (IOException e) {
            return 0;
        }
    }

    /** Whether ollama has the model already. */
    boolean hasModel(String model) throws InterruptedException {
        String body = JsonMapper.shared()
                .writeValueAsString(JsonMapper.shared().createObjectNode().put("model", model));
        HttpRequest request = HttpRequest.newBuilder(base.resolve("/api/show"))
                .timeout(SHOW_TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false;
        }
    }

    /** Has ollama fetch the model; returns when it is there. The answer is null, or why it could not be had. */
    @Nullable
    String pull(String model, Duration patience) throws InterruptedException {
        String body = JsonMapper.shared()
                .writeValueAsString(JsonMapper.shared()
                        .createObjectNode()
                        .put("model", model)
                        .put("stream", false));
        HttpRequest request = HttpRequest.newBuilder(base.resolve("/api/pull"))
                .timeout(patience)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream in = response.body()) {
                JsonNode answer = JsonMapper.shared().readTree(in.readNBytes(MAX_ANSWER_BYTES));
                String error = answer.path("error").asString("");
                if (response.statusCode() == 200 && error.isEmpty()) {
                    return null;
                }
                return error.isEmpty() ? "it answered " + response.statusCode() : error;
            }
        } catch (IOException | JacksonException e) {
            return "the connection to it broke";
        }
    }
}
