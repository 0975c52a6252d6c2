package dev.inferencekey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.FakeServer.Reply;
import dev.inferencekey.cli.TestShell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** With {@code --json}, standard output holds one JSON document or nothing. */
@Tag("slow")
class JsonOutputTest {
    private static final JsonMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final String WORKLOAD = Answers.golden("control/workload.response.json");

    private final FakeServer server = new FakeServer();
    private TestShell shell;
    private Path home;

    @BeforeEach
    void serveEverything(@TempDir Path temp) throws IOException {
        home = temp;
        shell = TestShell.asOperator(home, server)
                .with("INFERENCEKEY_PROJECT", "acme")
                .with("INFERENCEKEY_SDK_TOKEN", Answers.TOKEN_SECRET)
                .with("INFERENCEKEY_API_KEY", Answers.KEY_SECRET)
                .piping("hello");
        String project =
                "{\"id\":\"proj_1\",\"slug\":\"acme\",\"name\":\"Acme\",\"created_at\":\"2026-06-01T00:00:00Z\"}";
        String member = "{\"user_id\":\"usr_1\",\"email\":\"ada@example.com\",\"role\":\"admin\"}";
        server.on("GET /api/whoami", 200, "{\"kind\":\"operator\"}")
                .on("GET /api/projects?limit=1000", 200, "[" + project + "]")
                .on("POST /api/projects", 201, project)
                .on("GET /api/projects/acme", 200, project)
                .on("PATCH /api/projects/acme", 200, project)
                .on("DELETE /api/projects/acme", new Reply(204, "", Map.of()))
                .on("GET /api/projects/acme/workloads?limit=1000", 200, "[" + WORKLOAD + "]")
                .on("GET /api/projects/acme/workloads", 200, "[" + WORKLOAD + "]")
                .on("GET /api/projects/acme/workloads/support-bot", 200, WORKLOAD)
                .on("DELETE /api/projects/acme/workloads/support-bot", new Reply(204, "", Map.of()))
                .on("GET /api/projects/acme/workloads/support-bot/replicas", 200, Answers.REPLICAS)
                .on("GET /api/projects/acme/workloads/support-bot/logs?lines=100", 200, "{\"lines\":[\"a\",\"b\"]}")
                .on(
                        "GET /api/projects/acme/workloads/support-bot/readiness-events",
                        Reply.events("data: {\"phase\":\"ready\",\"message\":\"serves\",\"elapsed_ms\":12}\n\n"))
                .on("GET /api/projects/acme/tokens?limit=1000", 200, "[" + Answers.TOKEN + "]")
                .on("POST /api/projects/acme/tokens", 201, Answers.minted(Answers.TOKEN, Answers.TOKEN_SECRET))
                .on("GET /api/projects/acme/tokens/tok_01k2a", 200, Answers.TOKEN)
                .on("POST /api/projects/acme/tokens/tok_01k2a/revoke", 200, Answers.TOKEN)
                .on("GET /api/projects/acme/keys?limit=1000", 200, "[" + Answers.KEY + "]")
                .on("POST /api/projects/acme/keys", 201, Answers.minted(Answers.KEY, Answers.KEY_SECRET))
                .on("GET /api/projects/acme/keys/key_01k2b", 200, Answers.KEY)
                .on("GET /api/projects/acme/keys/key_01k2b/budget", 200, Answers.BUDGET)
                .on("PATCH /api/projects/acme/keys/key_01k2b", 200, Answers.KEY)
                .on(
                        "POST /api/projects/acme/keys/key_01k2b/rotate",
                        200,
                        Answers.minted(Answers.KEY, Answers.KEY_SECRET))
                .on("POST /api/projects/acme/keys/key_01k2b/disable", 200, Answers.KEY)
                .on("POST /api/projects/acme/keys/key_01k2b/enable", 200, Answers.KEY)
                .on("GET /api/projects/acme/members?limit=1000", 200, "[" + member + "]")
                .on("POST /api/projects/acme/members", 201, member)
                .on("PATCH /api/projects/acme/members/usr_1", 200, member)
                .on("DELETE /api/projects/acme/members/usr_1", new Reply(204, "", Map.of()))
                .on("GET /api/projects/acme/secrets", 200, "[{\"name\":\"openai\"}]")
                .on("PUT /api/projects/acme/secrets/openai", new Reply(204, "", Map.of()))
                .on("DELETE /api/projects/acme/secrets/openai", new Reply(204, "", Map.of()))
                .on("GET /api/projects/acme/prices", 200, "[]")
                .on("PUT /api/projects/acme/prices/support-bot", 200, "{\"workload_slug\":\"support-bot\"}")
                .on("DELETE /api/projects/acme/prices/support-bot", new Reply(204, "", Map.of()))
                .on("GET /api/projects/acme/usage", 200, "{\"from\":null,\"to\":null,\"totals\":[]}")
                .on("GET /api/projects/acme/workloads/support-bot/reconciliation", 200, "{\"replicas\":[]}")
                .on("GET /api/projects/acme/audit?limit=1000", 200, "[]")
                .on(
                        "POST /endpoint/acme/support-bot/v1/chat/completions",
                        200,
                        Answers.golden("data/chat.response.json"))
                .on("POST /api/sessions", 201, "{\"session\":\"ik_session_00000000_" + "0".repeat(64) + "\"}")
                .on("DELETE /api/sessions/current", new Reply(204, "", Map.of()))
                .on("GET /api/sessions", 200, "[" + Answers.SIGN_IN + "]")
                .on("DELETE /api/sessions", new Reply(204, "", Map.of()))
                .on("DELETE /api/sessions/a1b2c3d4", new Reply(204, "", Map.of()))
                .on("PUT /api/password", new Reply(204, "", Map.of()))
                .on("GET /api/projects/acme/invitations", 200, "[" + Answers.INVITATION + "]")
                .on("POST /api/projects/acme/invitations", 201, Answers.INVITATION_LINK)
                .on("DELETE /api/projects/acme/invitations/a1b2c3d4", new Reply(204, "", Map.of()))
                .on("POST /api/owner-links", 201, Answers.INVITATION_LINK)
                .on("GET /health/ready", 200, "{}");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "whoami",
                "project list",
                "project create --name Acme",
                "project show acme",
                "project rename acme --name Acme",
                "project delete acme",
                "workload list",
                "workload show support-bot",
                "workload delete support-bot",
                "workload replicas support-bot",
                "workload logs support-bot",
                "token list",
                "token create --name deploy --scope workload:read --expires 90d",
                "token show tok_01k2a",
                "token revoke deploy",
                "key list",
                "key create --name web --all",
                "key show e5f60718",
                "key update web --name site --all",
                "key rotate key_01k2b --overlap 24h",
                "key disable key_01k2b",
                "key enable key_01k2b",
                "member list",
                "member add ada@example.com --role admin",
                "member set-role ada@example.com admin",
                "member remove ada@example.com",
                "secret list",
                "secret set openai --host api.example.com",
                "secret delete openai",
                "invite list",
                "invite create",
                "invite withdraw a1b2c3d4",
                "owner-link",
                "price list",
                "price set support-bot --input 0.15 --output 0.60",
                "price remove support-bot",
                "usage",
                "usage reconcile support-bot",
                "audit",
                "wait support-bot",
                "chat support-bot hello",
                "login ada@example.com --password-stdin",
                "logout",
                "doctor",
                "completion bash",
                "completion fish"
            })
    void isExactlyOneDocument(String line) {
        Result result = shell.run((line + " --json").split(" "));
        assertThat(result.exitCode()).as(result.err()).isZero();
        JsonNode document = STRICT.readTree(result.out());
        assertThat(document.isContainer()).isTrue();
        assertThat(result.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"session list", "session end a1b2c3d4", "session end --all", "password --password-stdin"})
    void isExactlyOneDocumentForWhoSignedIn(String line) {
        shell.typing("correct horse battery").run("login", "ada@example.com");
        shell.piping("correct horse battery\na better horse battery\n");
        isExactlyOneDocument(line);
    }

    @Test
    void ensureAnswersWhatWasDoneAndWhatDiffers() throws IOException {
        Path file = Files.writeString(
                home.resolve("workload.yaml"),
                "name: Support bot\nslug: support-bot\nbackend: vllm\nmodel: google/gemma-4-31b\n");
        JsonNode document = STRICT.readTree(
                shell.run("ensure", "-f", file.toString(), "--plan", "--json").out());
        JsonNode workload = document.path("workloads").path(0);
        assertThat(workload.path("action").asString()).isEqualTo("update");
        assertThat(workload.path("applied").asBoolean(true)).isFalse();
        assertThat(workload.path("differences").path(0).path("field").asString())
                .isEqualTo("model_name");
        assertThat(workload.path("differences").path(0).path("declared").asString())
                .isEqualTo("google/gemma-4-31b");
    }

    @Test
    void mintingCarriesWhatTheServerAnswered() {
        JsonNode key = STRICT.readTree(
                shell.run("key", "create", "--name", "web", "--all", "--json").out());
        assertThat(key.path("id").asString()).isEqualTo("key_01k2b");
        assertThat(key.path("public_id").asString()).isEqualTo("e5f60718");
        assertThat(key.path("name").asString()).isEqualTo("web");
        assertThat(key.path("credential").asString()).isEqualTo(Answers.KEY_SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"key show key_none", "key list --limit many", "nonsense", "ensure -f /nowhere.yaml"})
    void failuresAreOneDocumentOnStandardError(String line) {
        Result result = shell.run((line + " --json").split(" "));
        assertThat(result.exitCode()).isIn(1, 2);
        assertThat(result.out()).isEmpty();
        JsonNode document = STRICT.readTree(result.err());
        assertThat(document.path("error").asString("")).isNotEmpty();
        assertThat(document.path("message").asString("")).isNotEmpty();
    }

    @Test
    void theOptionMayStandBeforeTheCommand() {
        Result result = shell.run("--json", "key", "list");
        assertThat(STRICT.readTree(result.out()).isArray()).isTrue();
    }
}
