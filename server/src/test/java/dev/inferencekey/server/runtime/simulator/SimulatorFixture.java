package dev.inferencekey.server.runtime.simulator;

import static org.awaitility.Awaitility.await;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.ports.access.ReplicaTarget;
import dev.inferencekey.server.ports.runtime.Replica;
import dev.inferencekey.server.ports.runtime.ReplicaSpec;
import dev.inferencekey.server.ports.runtime.ReplicaStatus;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

/** Replicas of a simulator, fast ones and ones whose time stands still, and a client that calls them. */
@Timeout(60)
abstract class SimulatorFixture {
    static final JsonMapper JSON = JsonMapper.builder().build();
    static final Map<String, @Nullable Object> FAST = Map.of("ttft_ms", 0, "tokens_per_second", 1_000_000);
    static final String CHAT = "{\"messages\":[{\"role\":\"user\",\"content\":\"How are you?\"}]}";
    static final String CHAT_STREAM = CHAT.replace("{\"messages\"", "{\"stream\":true,\"messages\"");

    final InstantSource clock = InstantSource.fixed(Instant.parse("2026-06-15T09:12:44Z"));
    final ManualPace manualPace = new ManualPace();
    final SimulatorDriver driver = new SimulatorDriver(new Random(7), new SecureRandom(), clock);
    final SimulatorDriver slowDriver = new SimulatorDriver(new Random(7), new SecureRandom(), clock, manualPace);
    final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @AfterEach
    void stop() {
        driver.close();
        slowDriver.close();
        http.close();
    }

    static ReplicaSpec spec(Map<String, @Nullable Object> config) {
        return new ReplicaSpec("rep_1", "acme/bot", TaskType.TEXT2TEXT, "simulator", "tiny", config, null, Map.of());
    }

    ReplicaTarget ready(Map<String, @Nullable Object> config) {
        return readyOn(driver, config);
    }

    static ReplicaTarget readyOn(SimulatorDriver driver, Map<String, @Nullable Object> config) {
        return target(started(driver, config));
    }

    static SimulatorReplica started(SimulatorDriver driver, Map<String, @Nullable Object> config) {
        SimulatorReplica replica = (SimulatorReplica) driver.start(spec(config), () -> {});
        await().until(() -> replica.status() instanceof ReplicaStatus.Ready);
        return replica;
    }

    static ReplicaTarget target(Replica replica) {
        return ((ReplicaStatus.Ready) replica.status()).target();
    }

    HttpResponse<String> post(ReplicaTarget target, String route, String body) throws Exception {
        return http.send(request(target, route, body), HttpResponse.BodyHandlers.ofString());
    }

    static HttpRequest request(ReplicaTarget target, String route, String body) {
        return HttpRequest.newBuilder(target.baseUrl().resolve("/" + route))
                .header("Authorization", "Bearer " + target.bearerSecret())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    HttpResponse<String> get(ReplicaTarget target, String route) throws Exception {
        return http.send(
                HttpRequest.newBuilder(target.baseUrl().resolve("/" + route))
                        .header("Authorization", "Bearer " + target.bearerSecret())
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    static Socket open(ReplicaTarget target, String route, String body) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), target.baseUrl().getPort());
        socket.setSoTimeout(10_000);
        String head = "POST /" + route + " HTTP/1.1\r\nHost: replica\r\nAuthorization: Bearer " + target.bearerSecret()
                + "\r\nContent-Length: " + body.length() + "\r\n\r\n";
        socket.getOutputStream().write((head + body).getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    static String nextData(BufferedReader lines) throws IOException {
        String line = lines.readLine();
        while (!line.startsWith("data: ")) {
            line = lines.readLine();
        }
        return line.substring("data: ".length());
    }

    /** Everything up to the end of the connection, orderly or not. */
    static String readUntilCut(Socket socket) throws IOException {
        StringBuilder all = new StringBuilder();
        InputStream in = socket.getInputStream();
        byte[] buffer = new byte[8_192];
        try {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                all.append(new String(buffer, 0, n, StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            all.append("<reset>");
        }
        return all.toString();
    }

    static List<String> events(String body) {
        List<String> events = new ArrayList<>();
        for (String line : body.split("\n")) {
            if (line.startsWith("data: ")) {
                events.add(line.substring("data: ".length()));
            }
        }
        return events;
    }

    static String content(HttpResponse<String> response) {
        return JSON.readTree(response.body())
                .path("choices")
                .path(0)
                .path("message")
                .path("content")
                .asString();
    }
}
