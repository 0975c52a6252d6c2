package dev.inferencekey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.TestShell.Result;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class ExitCodeTest {
    private final FakeServer server = new FakeServer();
    private TestShell shell;

    @BeforeEach
    void isOperator(@TempDir Path home) throws IOException {
        shell = TestShell.asOperator(home, server);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void endsWithZeroIfDone() {
        server.on("GET /api/projects?limit=1000", 200, "[]");
        assertThat(shell.run("project", "list").exitCode()).isZero();
    }

    @Test
    void endsWithOneIfTheServerRefuses() {
        server.on(
                "POST /api/projects/acme/keys/key_1/revoke",
                403,
                "{\"error\":\"scope_insufficient\",\"message\":\"a viewer can't revoke keys\",\"request_id\":\"req_7\"}");
        Result result = shell.run("key", "revoke", "key_1", "--project", "acme");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .isEqualTo(
                        "ik: a viewer can't revoke keys\nDocumentation: docs/reference/errors.md#scope_insufficient\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "key list",
                "key",
                "nonsense",
                "key list --project acme --no-such-option",
                "key create --project acme --name web",
                "key create --project acme --name web --all --workload bot",
                "token create --project acme --name deploy --expires soon",
                "token create --project acme --name deploy --expires 0s",
                "key rotate key_1 --project acme --overlap 1w",
                "key create --project acme --name web --all --rpm 0",
                "key update key_1 --project acme --concurrent many",
                "workload limits bot --project acme --tpm 1.5",
                "ensure -f /nowhere/to/be/found.yaml",
                "chat bot hello --project acme",
                "up --port 65536",
                "up --model /nowhere/to/be/found.gguf",
                "project list --limit 0",
                "completion tcsh",
                "project list --url nonsense",
                "project list --url http://user:pass@127.0.0.1"
            })
    void endsWithTwoIfTheCommandIsNotWrittenAsItHasToBe(String line) {
        Result result = shell.run(line.split(" "));
        assertThat(result.exitCode()).as(result.err()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("ik: ").doesNotContain("Exception", "\tat ");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void endsWithThreeIfNobodyAnswers() throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        Result result = shell.run("key", "list", "--project", "acme", "--url", "http://127.0.0.1:" + closed);
        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.err()).contains("cannot reach http://127.0.0.1:" + closed);
    }

    @Test
    void clientCommandsEndWithThreeToo() throws IOException {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        shell.with("INFERENCEKEY_API_KEY", Answers.KEY_SECRET);
        Result result = shell.run("chat", "bot", "hi", "--project", "acme", "--url", "http://127.0.0.1:" + closed);
        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.err()).doesNotContain(Answers.KEY_SECRET);
    }

    @Test
    void theWrongKindOfCredentialIsRefusedBeforeAnythingIsSent() {
        shell.with("INFERENCEKEY_API_KEY", Answers.TOKEN_SECRET);
        Result result = shell.run("chat", "bot", "hi", "--project", "acme");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("wrong_credential_type").doesNotContain(Answers.TOKEN_SECRET);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void anAnswerThatIsNotOursIsASentence() {
        server.on("GET /api/projects?limit=1000", new FakeServer.Reply(502, "<html>Bad Gateway</html>", Map.of()));
        Result result = shell.run("project", "list");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err())
                .contains("502")
                .endsWith("\nDocumentation: docs/reference/errors.md#unexpected_answer\n")
                .hasLineCount(2);
    }

    @Test
    void withoutACredentialItSaysHowToGetOne(@TempDir Path stranger) {
        Result result = new TestShell(stranger)
                .with("INFERENCEKEY_BASE_URL", server.url())
                .run("project", "list");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("ik login", "--data");
    }
}
