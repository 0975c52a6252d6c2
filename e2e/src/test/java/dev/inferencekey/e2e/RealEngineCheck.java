package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.engine.gguf.TinyModel;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Real engines: what a hostile declaration can do with them, and whether they serve. Not part of {@code ./check}: {@code
 * ./build/real-engines} installs them and names the folder with their programs in {@code IK_REAL_ENGINES}.
 *
 * <p>The operator's list allows the very flags that the attacks need, so that it is the isolation that has to hold.
 */
@Tag("real-engine")
@Timeout(300)
class RealEngineCheck {
    private static final String ENGINES = System.getenv("IK_REAL_ENGINES");
    private static final String ANOTHER_USER = "54321";
    private static final String FLAGS = """
            [llama-server]
            --mcp-servers-json    text
            --chat-template-file  text
            --log-file            text
            -lv                   integer 0..10
            """;

    private Path home;
    private Path data;

    /** Who runs the platform, and how it isolates: as root, and as somebody else. */
    enum Operator {
        ROOT_USER("user"),
        ROOT_LANDLOCK("landlock"),
        OTHER_NAMESPACE("namespace"),
        OTHER_LANDLOCK("landlock");

        final String isolation;

        Operator(String isolation) {
            this.isolation = isolation;
        }

        boolean isRoot() {
            return name().startsWith("ROOT");
        }
    }

    static Stream<Operator> operators() throws IOException {
        boolean root = isRoot();
        return Stream.of(Operator.values()).filter(operator -> root || !operator.isRoot());
    }

    @BeforeEach
    void furnish() throws IOException {
        assertThat(ENGINES).as("run this with ./build/real-engines").isNotNull();
        home = Files.createTempDirectory("inferencekey-real-engines-");
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwxr-xr-x"));
        data = home.resolve("data");
        Path models = Files.createDirectories(home.resolve("models"));
        TinyModel.write(models.resolve("tiny.gguf"));
        Files.writeString(home.resolve("flags"), FLAGS);
    }

    @AfterEach
    void clear() throws IOException {
        try (Stream<Path> all = Files.walk(home)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("operators")
    void aProgramThatAFlagRunsSeesNothingOfThePlatform(Operator operator) throws IOException {
        try (Ik.Server server = start(operator)) {
            assertThat(attack(server)).contains("uid=").doesNotContain("ik_operator_", "inferencekey.db", "IK_COMMAND");
            if (operator.isolation.equals("user")) {
                assertThat(Files.readString(attackResult())).contains("uid=606").doesNotContain("uid=0");
            }
            assertThat(server.process().isAlive()).isTrue();
        }
    }

    /** What the others are worth. */
    @Test
    void withoutIsolationItBecomesTheOperator() throws IOException {
        try (Ik.Server server = start("none", List.of())) {
            assertThat(attack(server)).contains("ik_operator_", "inferencekey.db", "IK_COMMAND");
            server.process().onExit().orTimeout(30, TimeUnit.SECONDS).join();
        }
    }

    private String attack(Ik.Server server) throws IOException {
        String script = "{ id; cat " + data + "/operator.credential " + data + "/master.key; ls -a " + data
                + "; cat /proc/" + server.process().pid() + "/environ; echo done; } >$HOME/attack 2>&1; kill -s KILL "
                + server.process().pid();
        declare(
                server,
                "attack",
                "text2text",
                "llama-server -m tiny.gguf -c 512 --mcp-servers-json '"
                        + RunningPlatform.json(Map.of(
                                "mcpServers", Map.of("x", Map.of("command", "/bin/sh", "args", List.of("-c", script)))))
                        + "'");
        Awaitility.await("the attack ran")
                .atMost(Duration.ofSeconds(60))
                .until(() -> Files.isRegularFile(attackResult())
                        && Files.readString(attackResult(), StandardCharsets.ISO_8859_1)
                                .contains("done"));
        return Files.readString(attackResult(), StandardCharsets.ISO_8859_1);
    }

    private Path attackResult() {
        return data.resolve("engine/homes/acme/attack");
    }

    @ParameterizedTest
    @MethodSource("operators")
    void aFileThatAFlagReadsOrWritesIsNotThePlatforms(Operator operator) throws IOException {
        try (Ik.Server server = start(operator)) {
            String credential = server.operator();
            declare(
                    server,
                    "reads",
                    "text2text",
                    "llama-server -m tiny.gguf -c 512 --jinja -lv 10 --chat-template-file " + data
                            + "/operator.credential");
            declare(server, "writes", "text2text", "llama-server -m tiny.gguf -c 512 --log-file " + data + "/written");

            awaitPhase(server, "reads", "error");
            Awaitility.await("the other one has begun")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> !log(server, "writes").isBlank());

            assertThat(log(server, "reads")).doesNotContain(credential.substring("ik_operator_".length()));
            assertThat(data.resolve("written")).doesNotExist();
        }
    }

    @ParameterizedTest
    @MethodSource("operators")
    void llamaServerServesThroughTheGateway(Operator operator) throws IOException {
        try (Ik.Server server = start(operator)) {
            declare(server, "chat", "text2text", "llama-server -m tiny.gguf -c 512");
            declare(server, "embed", "embedding", "llama-server -m tiny.gguf -c 512 --embedding --pooling mean");
            awaitPhase(server, "chat", "ready");
            awaitPhase(server, "embed", "ready");
            String key = key(server);

            String ask = "{\"model\":\"x\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]";
            Http.Answer answer = server.http()
                    .post("/endpoint/acme/chat/v1/chat/completions", key, ask + "}")
                    .expect(200);
            assertThat(answer.json().path("usage").path("completion_tokens").asInt())
                    .isBetween(1, 8);
            String stream = server.http()
                    .post("/endpoint/acme/chat/v1/chat/completions", key, ask + ",\"stream\":true}")
                    .expect(200)
                    .body();
            assertThat(stream).startsWith("data: {").endsWith("data: [DONE]\n\n");
            Http.Answer vector = server.http()
                    .post("/endpoint/acme/embed/v1/embeddings", key, "{\"model\":\"x\",\"input\":\"Hi\"}")
                    .expect(200);
            assertThat(vector.json().path("data").path(0).path("embedding").size())
                    .isPositive();
            JsonNode chat = reconciled(server, "chat");
            assertThat(chat.path("requests").asLong()).isEqualTo(2);
            assertThat(chat.path("output_tokens").path("metered").asLong()).isPositive();
            assertThat(chat.path("output_tokens").path("counted"))
                    .isEqualTo(chat.path("output_tokens").path("metered"));
            // The same prompt twice: the second time, it comes from the cache.
            long cached = 0;
            for (JsonNode difference : chat.path("differences")) {
                assertThat(difference.path("reason").asString()).isEqualTo("cached_input");
                cached += difference.path("input_tokens").asLong();
            }
            assertThat(chat.path("input_tokens").path("counted").asLong() + cached)
                    .isEqualTo(chat.path("input_tokens").path("metered").asLong());
            // Whether it counts embeddings depends on its version.
            assertThat(reconciled(server, "embed").path("differences"))
                    .allSatisfy(difference ->
                            assertThat(difference.path("reason").asString()).isEqualTo("only_read"));
        }
    }

    /** As {@code ik usage reconcile} has it, which finds that what was metered is what the engine counted. */
    private JsonNode reconciled(Ik.Server server, String workload) {
        JsonNode found = new Ik(home)
                .with("INFERENCEKEY_BASE_URL", server.url().toString())
                .with("INFERENCEKEY_DATA", data.toString())
                .run("usage", "reconcile", workload, "--project", "acme", "--json")
                .expect(0)
                .json();
        assertThat(found.path("complete").asBoolean()).as(found.toString()).isTrue();
        assertThat(found.path("replicas").path(0).path("engine").asString()).isEqualTo("llama-server");
        return found;
    }

    @ParameterizedTest
    @MethodSource("operators")
    void ollamaServesWhatIsAlreadyThere(Operator operator) throws Exception {
        Path models = Files.createDirectory(home.resolve("ollama"));
        create(models);
        try (Ik.Server server = start(operator, "OLLAMA_MODELS", models.toString())) {
            server.http()
                    .post(
                            "/api/projects/acme/workloads",
                            server.operator(),
                            RunningPlatform.json(Map.of(
                                    "name",
                                    "ollama",
                                    "slug",
                                    "ollama",
                                    "task_type",
                                    "text2text",
                                    "backend",
                                    "ollama",
                                    "model_name",
                                    "tiny")))
                    .expect(201);
            awaitPhase(server, "ollama", "ready");

            Http.Answer answer = server.http()
                    .post(
                            "/endpoint/acme/ollama/v1/chat/completions",
                            key(server),
                            "{\"model\":\"x\",\"max_tokens\":8,\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}")
                    .expect(200);

            assertThat(answer.json().path("usage").path("completion_tokens").asInt())
                    .isBetween(1, 8);
        }
    }

    /** With an Ollama that nothing isolates, since it is ours. */
    private void create(Path models) throws Exception {
        Path ollama = Path.of(ENGINES, "ollama");
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Map<String, String> variables =
                Map.of("OLLAMA_HOST", "127.0.0.1:" + port, "OLLAMA_MODELS", models.toString(), "HOME", home.toString());
        ProcessBuilder serve = new ProcessBuilder(ollama.toString(), "serve")
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("ollama.log").toFile());
        serve.environment().putAll(variables);
        Process server = serve.start();
        try {
            Path modelfile =
                    Files.writeString(home.resolve("Modelfile"), "FROM " + home.resolve("models/tiny.gguf") + "\n");
            Awaitility.await("ollama has the model")
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> {
                        ProcessBuilder create =
                                new ProcessBuilder(ollama.toString(), "create", "tiny", "-f", modelfile.toString());
                        create.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
                        create.environment().putAll(variables);
                        return create.start().waitFor() == 0;
                    });
        } finally {
            server.destroy();
            server.waitFor();
        }
        new ProcessBuilder("chmod", "-R", "a+rwX", models.toString()).start().waitFor();
    }

    private Ik.Server start(Operator operator, String... variable) throws IOException {
        if (isRoot() && !operator.isRoot()) {
            Files.createDirectories(data);
            Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwx------"));
            Files.setAttribute(data, "unix:uid", Integer.valueOf(ANOTHER_USER));
            return start(
                    operator.isolation,
                    List.of("setpriv", "--reuid=" + ANOTHER_USER, "--regid=" + ANOTHER_USER, "--clear-groups"),
                    variable);
        }
        return start(operator.isolation, List.of(), variable);
    }

    private Ik.Server start(String isolation, List<String> as, String... variable) throws IOException {
        Ik ik = new Ik(home).with("PATH", ENGINES + ":" + System.getenv("PATH")).as(as.toArray(String[]::new));
        if (variable.length == 2) {
            ik.with(variable[0], variable[1]);
        }
        Ik.Server server = ik.server(
                data,
                "--admin-port=off",
                "--models=" + home.resolve("models"),
                "--engine-flags=" + home.resolve("flags"),
                "--engine-isolation=" + isolation);
        server.http()
                .post("/api/projects", server.operator(), "{\"name\":\"acme\"}")
                .expect(201);
        return server;
    }

    private static void declare(Ik.Server server, String slug, String taskType, String command) throws IOException {
        server.http()
                .post(
                        "/api/projects/acme/workloads",
                        server.operator(),
                        RunningPlatform.json(Map.of(
                                "name",
                                slug,
                                "slug",
                                slug,
                                "task_type",
                                taskType,
                                "backend",
                                "llamacpp",
                                "model_name",
                                "tiny",
                                "config",
                                Map.of("command", command))))
                .expect(201);
    }

    private static void awaitPhase(Ik.Server server, String slug, String phase) {
        Awaitility.await(slug + " is " + phase)
                .atMost(Duration.ofSeconds(90))
                .untilAsserted(() -> assertThat(server.http()
                                .get("/api/projects/acme/workloads/" + slug, server.operator())
                                .json()
                                .path("status")
                                .toString())
                        .contains("\"phase\":\"" + phase + "\""));
    }

    private static String log(Ik.Server server, String slug) throws IOException {
        return server.http()
                .get("/api/projects/acme/workloads/" + slug + "/logs", server.operator())
                .expect(200)
                .body();
    }

    private static String key(Ik.Server server) throws IOException {
        return RunningPlatform.minted(server.http()
                        .post("/api/projects/acme/keys", server.operator(), "{\"name\":\"k\",\"grants\":[\"acme/*\"]}"))
                .credential();
    }

    private static boolean isRoot() throws IOException {
        return (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid") == 0;
    }
}
