package dev.inferencekey.e2e;

import dev.inferencekey.server.app.Documentation;
import dev.inferencekey.server.app.ObservabilityConfig;
import dev.inferencekey.server.app.Platform;
import dev.inferencekey.server.app.PlatformConfig;
import dev.inferencekey.server.gateway.GatewayConfig;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A real platform on a free port with a folder of its own, and what a person at its keyboard would do. */
final class RunningPlatform implements AutoCloseable {
    private final Platform platform;
    private final TimeAhead time;
    final Path dataFolder;
    final Http http;
    final String operator;

    private RunningPlatform(Platform platform, TimeAhead time, Path dataFolder) throws IOException {
        this.platform = platform;
        this.time = time;
        this.dataFolder = dataFolder;
        this.http = new Http(platform.url());
        this.operator =
                Files.readString(dataFolder.resolve("operator.credential")).strip();
    }

    static RunningPlatform start(Path dataFolder) throws IOException {
        return start(dataFolder, ObservabilityConfig.defaults());
    }

    /** With something to watch it; its admin port is a free one in any case. */
    static RunningPlatform start(Path dataFolder, ObservabilityConfig observability) throws IOException {
        return start(dataFolder, observability, Documentation.NONE);
    }

    /** With a site of documentation. */
    static RunningPlatform start(Path dataFolder, Documentation documentation) throws IOException {
        return start(dataFolder, ObservabilityConfig.defaults(), documentation);
    }

    private static RunningPlatform start(
            Path dataFolder, ObservabilityConfig observability, Documentation documentation) throws IOException {
        PlatformConfig config = PlatformConfig.builder(dataFolder)
                .gateway(GatewayConfig.builder().port(0).build())
                .logLevel("trace")
                .embeddedEngine(engineCommand())
                .documentation(documentation)
                .observability(observability.withAdminPort(new ObservabilityConfig.ExactPort(0)))
                .build();
        TimeAhead time = new TimeAhead();
        return new RunningPlatform(Platform.start(config, time), time, dataFolder);
    }

    /** Starts the embedded engine in a JVM of its own from this test's class path, as the launcher does from the product's. */
    static List<String> engineCommand() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-Dde.kherud.llama.tmpdir=%HOME%/natives",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.inferencekey.engine.EngineMain");
    }

    /** The system's clock, put forward by what a test would otherwise wait for. */
    private static final class TimeAhead implements InstantSource {
        private volatile Duration ahead = Duration.ZERO;

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }
    }

    /** What time the platform has. */
    Instant now() {
        return time.instant();
    }

    /** Lets this much time pass for the platform, at once. For one thread. */
    void letPass(Duration duration) {
        time.ahead = time.ahead.plus(duration);
    }

    /** Where metrics and health are. */
    URI adminUrl() {
        return platform.adminUrl().orElseThrow();
    }

    URI url() {
        return platform.url();
    }

    /** The link for the owner's account, which a first start makes. */
    URI setUpLink() {
        return platform.setUpLink().orElseThrow();
    }

    void createProject(String slug) {
        http.post("/api/projects", operator, json(Map.of("name", slug, "slug", slug)))
                .expect(201);
    }

    /** A freshly minted credential. */
    record Minted(String id, String publicId, String credential) {}

    Minted mintToken(String project, String... scopes) {
        Map<String, Object> body =
                scopes.length == 0 ? Map.of("name", "test") : Map.of("name", "test", "scopes", Arrays.asList(scopes));
        return minted(http.post("/api/projects/" + project + "/tokens", operator, json(body)));
    }

    Minted mintKey(String project, String... grants) {
        return minted(http.post(
                "/api/projects/" + project + "/keys",
                operator,
                json(Map.of("name", "test", "grants", Arrays.asList(grants)))));
    }

    /** {@code kind} is {@code tokens} or {@code keys}, {@code verb} such as {@code revoke}. */
    void change(String project, String kind, Minted credential, String verb) {
        http.post("/api/projects/" + project + "/" + kind + "/" + credential.id() + "/" + verb, operator, "{}")
                .expect(200);
    }

    static Minted minted(Http.Answer answer) {
        JsonNode json = answer.expect(201).json();
        return new Minted(
                json.get("id").asString(),
                json.get("public_id").asString(),
                json.get("credential").asString());
    }

    /** A simulated workload, ready to be called. */
    void createSimulated(String project, String slug, String taskType, Map<String, Object> config) {
        create(
                project,
                Map.of(
                        "name", slug,
                        "slug", slug,
                        "task_type", taskType,
                        "backend", "simulator",
                        "model_name", "sim",
                        "config", config));
        awaitReady(project, slug);
    }

    String create(String project, Map<String, ? extends @Nullable Object> declaration) {
        return http.post("/api/projects/" + project + "/workloads", operator, json(declaration))
                .expect(201)
                .json()
                .get("id")
                .asString();
    }

    void awaitReady(String project, String slug) {
        String path = "/api/projects/" + project + "/workloads/" + slug;
        Awaitility.await(slug + " is ready")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(50))
                .until(() -> "ready"
                        .equals(http.get(path, operator)
                                .json()
                                .path("status")
                                .path("phase")
                                .asString("")));
    }

    static String json(Object value) {
        return Http.JSON.writeValueAsString(value);
    }

    @Override
    public void close() {
        platform.close();
    }
}
