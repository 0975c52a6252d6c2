package dev.inferencekey.cli.up;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.Answers;
import dev.inferencekey.cli.FakeServer;
import dev.inferencekey.cli.FakeServer.Reply;
import dev.inferencekey.cli.TestShell;
import dev.inferencekey.cli.TestShell.Result;
import dev.inferencekey.cli.api.RefusedException;
import dev.inferencekey.cli.shell.PlainText;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Tag("slow")
class UpCommandTest {
    private static final String SET_UP_LINK = "http://127.0.0.1:8080/join#ik_invite_a1b2c3d4_" + "5".repeat(64);

    private static final String CHAT = "POST /endpoint/demo/hello/v1/chat/completions";
    private static final String READINESS = "GET /api/projects/demo/workloads/hello/readiness-events";

    private final FakeServer server = new FakeServer();
    private final FakePlatform platform = new FakePlatform();
    private TestShell shell;
    private Path home;

    /** What `ik up` talks to, with a server that answers from a script. */
    private final class FakePlatform implements RunningPlatform {
        private boolean closed;

        @Override
        public URI url() {
            return URI.create(server.url());
        }

        @Override
        public Optional<URI> controlUrl() {
            return Optional.empty();
        }

        @Override
        public Optional<URI> adminUrl() {
            return Optional.of(URI.create("http://127.0.0.1:9464"));
        }

        @Override
        public String operatorCredential() {
            return TestShell.OPERATOR;
        }

        @Override
        public Optional<URI> setUpLink() {
            return Optional.of(URI.create(SET_UP_LINK));
        }

        @Override
        public void reload(LaunchSettings settings) {
            // A script answers the same under all settings.
        }

        @Override
        public void close() {
            closed = true;
        }
    }

    @BeforeEach
    void serve(@TempDir Path temp) {
        home = temp;
        shell = new TestShell(home).onTerminal(80).launching(settings -> platform);
        server.on("POST /api/projects", 409, "{\"error\":\"slug_taken\",\"message\":\"demo exists\"}")
                .on("GET /api/projects/demo/tokens?limit=1000", 200, old("tok_old", "active"))
                .on("GET /api/projects/demo/keys?limit=1000", 200, old("key_old", "disabled"))
                .on("POST /api/projects/demo/tokens", 201, Answers.minted(Answers.TOKEN, Answers.TOKEN_SECRET))
                .on("POST /api/projects/demo/keys", 201, Answers.minted(Answers.KEY, Answers.KEY_SECRET))
                .on("POST /api/projects/demo/tokens/tok_old/revoke", 200, "{}")
                .on("POST /api/projects/demo/keys/key_old/revoke", 200, "{}")
                .on("GET /api/projects/demo/workloads", 200, "[]")
                .on(
                        "GET /api/projects/demo/workloads/hello",
                        404,
                        "{\"error\":\"workload_not_found\",\"message\":\"no workload\"}")
                .on("POST /api/projects/demo/workloads", 201, Answers.golden("control/workload-created.response.json"))
                .on(READINESS, Reply.events("""
                                data: {"phase":"bootstrapping","message":"loads","elapsed_ms":3}

                                data: {"phase":"ready","message":"serves","elapsed_ms":9}

                                """))
                .on(CHAT, Reply.events(Answers.golden("data/chat-stream.response.sse")));
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** Two credentials of an earlier start, one of them revoked already, and one of somebody else's. */
    private static String old(String id, String state) {
        return ("[{\"id\":\"%s\",\"name\":\"ik up demo\",\"state\":\"%s\"},"
                        + "{\"id\":\"x_gone\",\"name\":\"ik up demo\",\"state\":\"revoked\"},"
                        + "{\"id\":\"x_mine\",\"name\":\"mine\",\"state\":\"active\"}]")
                .formatted(id, state);
    }

    @Test
    void takesItsSettingsFromFlagsVariablesAndFileAsAServerDoes() throws IOException {
        List<LaunchSettings> seen = new ArrayList<>();
        shell.launching(settings -> {
            seen.add(settings);
            return platform;
        });
        Path file = Files.writeString(
                home.resolve("ik.yaml"),
                "data: " + home.resolve("elsewhere") + "\nport: 1\nmax-body: 1MiB\nmax-wait: 1s\nhost: 0.0.0.0\n");
        shell.with("INFERENCEKEY_CONFIG", file.toString())
                .with("INFERENCEKEY_MAX_WAIT", "2s")
                .with("INFERENCEKEY_LOG_LEVEL", "debug");
        Result result = shell.run("up", "--exit", "--port", "0");
        assertThat(result.exitCode()).as(result.err()).isZero();
        LaunchSettings settings = seen.getFirst();
        assertThat(settings.dataFolder()).isEqualTo(home.resolve("elsewhere"));
        assertThat(settings.port()).isZero();
        assertThat(settings.host()).isEqualTo("0.0.0.0");
        assertThat(settings.logLevel()).isEqualTo("debug");
        assertThat(settings.traffic().maxBody()).isEqualTo(1 << 20);
        assertThat(settings.traffic().maxWait()).isEqualTo(Duration.ofSeconds(2));
        assertThat(result.out()).contains("data in ~/elsewhere");
    }

    @Test
    void whatItsOwnFirstCallCouldNotPassIsLeftToAServer() throws IOException {
        Path file = Files.writeString(home.resolve("ik.yaml"), """
                port: 0
                tls-cert: a.crt
                tls-key: a.key
                """);
        Result result = shell.run("up", "--exit", "--config", file.toString());
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("ik.yaml:2: tls-cert: `ik up` makes a first call")
                .contains("run `ik server`");
        assertThat(shell.with("INFERENCEKEY_ROLE", "manager")
                        .run("up", "--exit")
                        .err())
                .contains("INFERENCEKEY_ROLE: `ik up` makes a first call");
    }

    @Test
    void printsTheAnswerAndWhatToDoNextOnOneScreen() {
        Result result = shell.run("up", "--exit");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(screen(result))
                .contains(SET_UP_LINK)
                .contains("Metrics at http://127.0.0.1:9464/metrics")
                .contains("Tu pedido llega mañana")
                .contains("export INFERENCEKEY_BASE_URL=" + server.url())
                .contains("export INFERENCEKEY_PROJECT=demo")
                .contains("export INFERENCEKEY_SDK_TOKEN=" + Answers.TOKEN_SECRET)
                .contains("export INFERENCEKEY_API_KEY=" + Answers.KEY_SECRET)
                .contains(server.url() + "/endpoint/demo/hello/v1");
        assertFitsOneScreen(result);
        assertThat(platform.closed).isTrue();
    }

    @Test
    void aLongAnswerAndAnEnvironmentFileStillFitTheScreen() {
        server.on(
                CHAT,
                Reply.events("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + "word\\n".repeat(400)
                        + "\"},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"));
        Result result =
                shell.run("up", "--exit", "--env-file", home.resolve("demo.env").toString());
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertFitsOneScreen(result);
    }

    @Test
    void revokesThePairOfTheLastStartAndNobodyElses() {
        shell.run("up", "--exit");
        assertThat(server.requests())
                .extracting(FakeServer.Request::path)
                .filteredOn(path -> path.endsWith("/revoke"))
                .containsExactly("/api/projects/demo/tokens/tok_old/revoke", "/api/projects/demo/keys/key_old/revoke");
    }

    @Test
    void provisionsWithTheTokenAndCallsWithTheKey() {
        shell.run("up", "--exit");
        assertThat(server.request("POST", "/api/projects/demo/workloads").authorization())
                .isEqualTo("Bearer " + Answers.TOKEN_SECRET);
        assertThat(server.request("POST", "/endpoint/demo/hello/v1/chat/completions")
                        .authorization())
                .isEqualTo("Bearer " + Answers.KEY_SECRET);
        assertThat(server.request("POST", "/api/projects/demo/keys").body()).contains("demo/*");
    }

    @Test
    void writesTheEnvironmentFileForTheUserAloneAndTheCredentialsNowhereElse() throws IOException {
        Path file = home.resolve("demo.env");
        shell.run("up", "--exit", "--env-file", file.toString());
        assertThat(Files.readString(file))
                .isEqualTo("export INFERENCEKEY_BASE_URL=" + server.url() + "\nexport INFERENCEKEY_PROJECT=demo\n"
                        + "export INFERENCEKEY_SDK_TOKEN=" + Answers.TOKEN_SECRET + "\nexport INFERENCEKEY_API_KEY="
                        + Answers.KEY_SECRET + "\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.walk(home)) {
            assertThat(files.filter(Files::isRegularFile).filter(other -> !other.equals(file)))
                    .allSatisfy(other -> assertThat(Files.readAllBytes(other))
                            .asString()
                            .doesNotContain(Answers.TOKEN_SECRET, Answers.KEY_SECRET));
        }
    }

    @Test
    void leavesNoEnvironmentFileWithoutAnAnswer() {
        server.on(CHAT, 503, "{\"error\":{\"message\":\"not ready\",\"code\":\"workload_failed\"}}");
        Path file = home.resolve("demo.env");
        Result result = shell.run("up", "--exit", "--env-file", file.toString());
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(file).doesNotExist();
        assertThat(platform.closed).isTrue();
    }

    @Test
    void anEmptyAnswerIsNoAnswer() {
        server.on(
                CHAT,
                Reply.events("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\" \"}}]}\n\ndata: [DONE]\n\n"));
        assertThat(shell.run("up", "--exit").exitCode()).isEqualTo(1);
    }

    @Test
    void aWorkloadThatFailsSaysWhy() {
        server.on(
                READINESS,
                Reply.events(
                        "data: {\"phase\":\"error\",\"message\":\"the model file is broken\",\"elapsed_ms\":9}\n\n"));
        Result result = shell.run("up", "--exit");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("the model file is broken").hasLineCount(2);
        assertThat(platform.closed).isTrue();
    }

    @Test
    void theSettingsForWatchingReachThePlatform() {
        List<LaunchSettings> seen = new ArrayList<>();
        shell.launching(settings -> {
            seen.add(settings);
            return platform;
        });
        shell.run("up", "--exit");
        shell.run(
                "up",
                "--exit",
                "--admin-port",
                "0",
                "--access-log",
                "stdout",
                "--otlp-endpoint",
                "http://localhost:4318",
                "--trace-ratio",
                "0.5");
        shell.run("up", "--exit", "--admin-port", "off", "--access-log", "off");
        assertThat(seen)
                .extracting(LaunchSettings::observability)
                .containsExactly(
                        new LaunchSettings.Observability("127.0.0.1", null, "FILE", null, null),
                        new LaunchSettings.Observability(
                                "127.0.0.1", 0, "STDOUT", URI.create("http://localhost:4318"), 0.5),
                        new LaunchSettings.Observability("127.0.0.1", -1, "OFF", null, null));
    }

    @Test
    void settingsForWatchingThatMakeNoSenseAreRefusedBeforeAnythingStarts() {
        for (String[] bad : new String[][] {
            {"--admin-port", "70000"},
            {"--admin-port", "metrics"},
            {"--access-log", "syslog"},
            {"--otlp-endpoint", "localhost:4318"},
            {"--trace-ratio", "2"},
        }) {
            Result result = shell.launching(settings -> {
                        throw new AssertionError("no platform is due here");
                    })
                    .run("up", bad[0], bad[1]);
            assertThat(result.exitCode()).as(bad[0]).isEqualTo(2);
            assertThat(result.err()).contains(bad[0]).hasLineCount(1);
        }
    }

    @Test
    void aStartThatFailsIsOneSentence() {
        Result result = shell.launching(settings -> {
                    throw new RefusedException(
                            0, "start_failed", "port 8080 is in use; choose another with --port", null, null);
                })
                .run("up");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).isEqualTo("""
                        ik: port 8080 is in use; choose another with --port
                        Documentation: docs/reference/errors.md#start_failed
                        """);
    }

    @Test
    void aModelThatIsNoGgufFileIsRefusedBeforeAnythingStarts() throws IOException {
        Path file = Files.writeString(home.resolve("model.gguf"), "not a model");
        Result result = shell.run("up", "--model", file.toString());
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("model.gguf").hasLineCount(1);
        assertThat(result.out()).isEmpty();
    }

    @Test
    void aModelPathWithSpacesAndQuotesStaysOneArgument() {
        DemoModel model = new DemoModel(Path.of("/models/ada's best model.gguf"), 2_048, false);
        assertThat(model.command())
                .isEqualTo("llama-server -m '/models/ada'\\''s best model.gguf' -c 2048 --parallel 2");
    }

    @Test
    void withJsonOnlyTheDocumentIsPrinted() {
        Result result = shell.run("up", "--exit", "--json");
        JsonNode document = JsonMapper.shared().readTree(result.out());
        assertThat(document.path("url").asString()).isEqualTo(server.url());
        assertThat(document.path("answer").asString()).contains("Tu pedido");
        assertThat(document.path("set_up_link").asString()).isEqualTo(SET_UP_LINK);
        assertThat(document.path("environment").path("INFERENCEKEY_API_KEY").asString())
                .isEqualTo(Answers.KEY_SECRET);
        assertThat(result.err()).isEmpty();
    }

    /** What stays on the screen: a line that is redrawn counts once. */
    private static String screen(Result result) {
        return result.out().replaceAll("[^\n]*\r\u001b\\[K", "");
    }

    private static void assertFitsOneScreen(Result result) {
        int rows = screen(result)
                .lines()
                .mapToInt(line -> Math.max(1, (PlainText.width(line) + 79) / 80))
                .sum();
        assertThat(rows).as(screen(result)).isLessThanOrEqualTo(24);
    }
}
