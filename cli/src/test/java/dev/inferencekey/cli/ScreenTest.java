package dev.inferencekey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.TestShell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people see, screen by screen, on a terminal of 80 columns; the screens stand in {@code src/test/resources/screens}. */
@Tag("slow")
class ScreenTest {
    private static final String WORKLOADS = Answers.golden("control/workload-list.response.json");

    private final FakeServer server = new FakeServer();
    private TestShell shell;
    private Path home;

    @BeforeEach
    void isOperator(@TempDir Path temp) throws IOException {
        home = temp;
        shell = TestShell.asOperator(home, server)
                .with("INFERENCEKEY_PROJECT", "acme")
                .with("INFERENCEKEY_SDK_TOKEN", Answers.TOKEN_SECRET)
                .onTerminal(80);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void help() {
        assertScreen("help", shell.run("--help"));
    }

    @Test
    void helpOfACommand() {
        assertScreen("help-key-create", shell.run("key", "create", "--help"));
    }

    @Test
    void mintedToken() {
        server.on("POST /api/projects/acme/tokens", 201, Answers.minted(Answers.TOKEN, Answers.TOKEN_SECRET));
        assertScreen("token-create", shell.run("token", "create", "--name", "deploy", "--expires", "90d"));
    }

    @Test
    void rotatedKey() {
        server.on(
                "POST /api/projects/acme/keys/key_01k2b/rotate", 200, Answers.minted(Answers.KEY, Answers.KEY_SECRET));
        assertScreen("key-rotate", shell.run("key", "rotate", "key_01k2b", "--overlap", "24h"));
    }

    @Test
    void keysOnANarrowTerminal() {
        server.on("GET /api/projects/acme/keys?limit=1000", 200, "[" + Answers.KEY + "]");
        assertScreen("key-list", shell.run("key", "list"));
    }

    @Test
    void keysOnAWideTerminal() {
        server.on("GET /api/projects/acme/keys?limit=1000", 200, "[" + Answers.KEY + "]");
        assertScreen("key-list-wide", shell.onTerminal(140).run("key", "list"));
    }

    @Test
    void aKey() {
        server.on("GET /api/projects/acme/keys/key_01k2b", 200, Answers.KEY)
                .on("GET /api/projects/acme/keys/key_01k2b/budget", 200, Answers.BUDGET);
        assertScreen("key-show", shell.run("key", "show", "key_01k2b"));
    }

    @Test
    void workloads() {
        server.on("GET /api/projects/acme/workloads?limit=1000", 200, WORKLOADS);
        assertScreen("workload-list", shell.run("workload", "list"));
    }

    @Test
    void aWorkload() {
        server.on(
                "GET /api/projects/acme/workloads/support-bot", 200, Answers.golden("control/workload.response.json"));
        assertScreen("workload-show", shell.run("workload", "show", "support-bot"));
    }

    @Test
    void replicas() {
        server.on("GET /api/projects/acme/workloads/support-bot/replicas", 200, Answers.REPLICAS);
        assertScreen("workload-replicas", shell.run("workload", "replicas", "support-bot"));
    }

    @Test
    void logsOfNodesThatCanNotBeAskedAreMissedBesideTheLines() {
        server.on(
                "GET /api/projects/acme/workloads/support-bot/logs?lines=100",
                200,
                "{\"lines\":[\"one\",\"two\"],\"missing\":[{\"node\":\"node-a\",\"message\":\"What node-a has is missing.\"}]}");
        TestShell.Result logs = shell.run("workload", "logs", "support-bot");
        assertThat(logs.out()).isEqualTo("one\ntwo\n");
        assertThat(logs.err()).isEqualTo("ik: What node-a has is missing.\n");
    }

    @Test
    void plan() throws IOException {
        server.on("GET /api/projects/acme/workloads", 200, WORKLOADS);
        server.on(
                "GET /api/projects/acme/workloads/support-bot", 200, Answers.golden("control/workload.response.json"));
        Path file = Files.writeString(home.resolve("workloads.yaml"), """
                name: Support bot
                slug: support-bot
                backend: vllm
                model: google/gemma-4-31b
                ---
                name: New
                slug: new
                backend: simulator
                model: sim
                """);
        assertScreen("ensure-plan", shell.run("ensure", "-f", file.toString(), "--plan"));

        var refused = shell.run("ensure", "-f", file.toString(), "--plan", "--on-drift", "fail");
        assertThat(refused.exitCode()).isEqualTo(1);
        assertThat(refused.err()).contains("Not as declared: acme/");
    }

    @Test
    void usage() {
        server.on("GET /api/projects/acme/usage?from=2026-06-08T12%3A00%3A00Z", 200, """
                {"totals":[{"workload_slug":"support-bot","key_id":"key_01k2b","requests":1204,"failed_requests":3,
                  "input_tokens":88213,"output_tokens":40112,"cached_tokens":0,"cost_usd":"0.0372995"},
                 {"workload_slug":"free","key_id":"key_01k2b","requests":1,"failed_requests":0,
                  "input_tokens":1,"output_tokens":2,"cached_tokens":0,"cost_usd":"0"}]}
                """);
        assertScreen("usage", shell.run("usage", "--from", "7d"));
    }

    @Test
    void reconciliation() {
        server.on("GET /api/projects/acme/workloads/support-bot/reconciliation", 200, """
                {"workload_slug":"support-bot","complete":true,"since":"2026-06-15T09:00:00Z","until":"2026-06-15T12:00:00Z",
                 "requests":1204,"input_tokens":{"metered":88213,"counted":80012,"unexplained":0},
                 "output_tokens":{"metered":40112,"counted":40100,"unexplained":0},
                 "differences":[{"reason":"cached_input","input_tokens":8201,"output_tokens":0,"requests":0,
                   "message":"Prompt tokens that came from the engine's cache, which it does not count as processed."},
                  {"reason":"estimated","input_tokens":0,"output_tokens":12,"requests":2,
                   "message":"Cancelled or broken off, so their usage is estimated."}],
                 "replicas":[{"id":"rep_01k2b","node":"node-a","engine":"llama-server","started_at":"2026-06-15T09:00:00Z",
                   "read_at":"2026-06-15T12:00:00Z","ended_at":null,"input_tokens":80012,"output_tokens":40100,"problem":null}]}
                """);
        assertScreen("usage-reconcile", shell.run("usage", "reconcile", "support-bot"));
    }

    @Test
    void prices() {
        server.on("GET /api/projects/acme/prices", 200, """
                [{"workload_slug":"art","currency":"USD","input_per_million":"3","cached_input_per_million":null,
                  "output_per_million":"15","since":"2026-06-15T11:30:00Z"},
                 {"workload_slug":"support-bot","currency":"USD","input_per_million":"0.15",
                  "cached_input_per_million":"0.075","output_per_million":"0.6","since":"2026-06-12T12:00:00Z"}]
                """);
        assertScreen("price-list", shell.run("price", "list"));
    }

    @Test
    void audit() {
        server.on("GET /api/audit?limit=1000", 200, """
                [{"id":"aud_1","at":"2026-06-15T11:30:00Z","actor":"ada@example.com","action":"key.created",
                  "project_slug":"acme","target":"key_01k2b","from":"203.0.113.9","details":{}},
                 {"id":"aud_2","at":"2026-06-12T12:00:00Z","actor":"operator","action":"project.created",
                  "project_slug":"acme","target":"acme","from":"127.0.0.1","details":{}}]
                """);
        assertScreen("audit", shell.run("audit", "--everything"));
    }

    @Test
    void signIns() {
        String here = Answers.SIGN_IN
                .replace("a1b2c3d4", "77665544")
                .replaceFirst("Mozilla[^\"]*", "ik")
                .replace("203.0.113.9", "127.0.0.1")
                .replace("\"current\":false", "\"current\":true");
        server.on("POST /api/sessions", 201, "{\"session\":\"ik_session_77665544_" + "0".repeat(64) + "\"}")
                .on("GET /api/sessions", 200, "[" + here + "," + Answers.SIGN_IN + "]");
        shell.typing("correct horse battery").run("login", "ada@example.com");
        assertScreen("session-list", shell.run("session", "list"));
    }

    @Test
    void anInvitation() {
        server.on("POST /api/projects/acme/invitations", 201, Answers.INVITATION_LINK);
        assertScreen("invite-create", shell.run("invite", "create", "--email", "grace@example.com"));
    }

    @Test
    void invitations() {
        server.on("GET /api/projects/acme/invitations", 200, "[" + Answers.INVITATION + "]");
        assertScreen("invite-list", shell.run("invite", "list"));
    }

    private static void assertScreen(String name, Result result) {
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(result.out()).isEqualTo(Answers.resource("/screens/" + name + ".txt"));
    }
}
