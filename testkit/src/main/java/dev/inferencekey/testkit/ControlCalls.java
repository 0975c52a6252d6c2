package dev.inferencekey.testkit;

import dev.inferencekey.server.runtime.probe.EngineHttp;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a person with the operator credential does on the control plane: the SDK can't, and shouldn't. Thread-safe. */
final class ControlCalls implements AutoCloseable {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final URI server;
    private final String operator;
    private final EngineHttp http;

    ControlCalls(EngineHttp http, URI server, String operator) {
        this.http = http;
        this.server = server;
        this.operator = operator;
    }

    /** The platform's own way to ask what is near: without a proxy, and without reading what the system trusts. */
    static EngineHttp client() {
        return new EngineHttp("inferencekey-testkit-control-", CONNECT_TIMEOUT);
    }

    /** @throws IllegalStateException if the answer is no success; quotes it */
    JsonNode post(String path, Map<String, ?> body) {
        return send("POST", path, body);
    }

    JsonNode send(String method, String path, Map<String, ?> body) {
        HttpRequest request = HttpRequest.newBuilder(server.resolve(path))
                .header("Authorization", "Bearer " + operator)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofByteArray(JSON.writeValueAsBytes(body)))
                .build();
        try {
            HttpResponse<byte[]> response = http.plain().send(request, BodyHandlers.ofByteArray());
            JsonNode answer = JSON.readTree(response.body());
            if (response.statusCode() / 100 != 2) {
                throw new IllegalStateException(
                        method + " " + path + " was answered " + response.statusCode() + " " + answer);
            }
            return answer;
        } catch (IOException e) {
            throw new IllegalStateException("the platform of the test does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
