package dev.inferencekey.bench.contender;

import dev.inferencekey.bench.machine.Child;
import dev.inferencekey.bench.machine.FreePort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prepares a data folder over the control plane, as a user would: a project, a workload that stands for the model server, keys. */
public final class Provisioning {
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration PAUSE = Duration.ofMillis(50);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final Path dataFolder;
    private final int port;

    private Provisioning(Path dataFolder, int port) {
        this.dataFolder = dataFolder;
        this.port = port;
    }

    /**
     * Fills {@code dataFolder}, which must be empty.
     *
     * @param repository whose server does it
     * @return the keys, in full
     */
    public static List<String> run(Path repository, Bench bench, Path dataFolder, int keys) {
        int port = FreePort.find();
        try (Child server = Us.launch(repository, bench, "provisioning", dataFolder, port, List.of(), "")) {
            return new Provisioning(dataFolder, port).fill(bench, server, keys);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private List<String> fill(Bench bench, Child server, int keys) throws InterruptedException {
        await(server, "/health/live");
        String operator = operator();
        post(operator, "/api/projects", Map.of("name", "Bench", "slug", Bench.PROJECT));
        post(
                operator,
                "/api/projects/" + Bench.PROJECT + "/workloads",
                Map.of(
                        "name",
                        "Chat",
                        "slug",
                        Bench.WORKLOAD,
                        "backend",
                        "external",
                        "model_name",
                        Bench.MODEL,
                        "config",
                        Map.of("base_url", "http://127.0.0.1:" + bench.modelPort())));
        List<String> minted = new ArrayList<>();
        for (int i = 0; i < keys; i++) {
            minted.add(post(
                            operator,
                            "/api/projects/" + Bench.PROJECT + "/keys",
                            Map.of("name", "bench " + i, "grants", List.of(Bench.PROJECT + "/" + Bench.WORKLOAD)))
                    .get("credential")
                    .asString());
        }
        return minted;
    }

    private void await(Child server, String path) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (true) {
            server.requireAlive();
            try {
                HttpResponse<Void> response = http.send(
                        HttpRequest.newBuilder(uri(path))
                                .timeout(PAUSE.multipliedBy(20))
                                .build(),
                        HttpResponse.BodyHandlers.discarding());
                if (response.statusCode() < 500 && Files.exists(dataFolder.resolve("operator.credential"))) {
                    return;
                }
            } catch (IOException e) {
                if (System.nanoTime() > deadline) {
                    throw new UncheckedIOException("the server does not answer", e);
                }
            }
            Thread.sleep(PAUSE);
        }
    }

    private String operator() {
        try {
            return Files.readString(dataFolder.resolve("operator.credential")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private JsonNode post(String operator, String path, Map<String, ?> body) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(uri(path))
                .timeout(PATIENCE)
                .header("Authorization", "Bearer " + operator)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build();
        try {
            HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 201) {
                throw new IllegalStateException(path + " answered " + response.statusCode() + ": " + response.body());
            }
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port + path);
    }
}
