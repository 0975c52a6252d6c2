package dev.inferencekey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.FakeServer.Reply;
import dev.inferencekey.cli.FakeServer.Request;
import dev.inferencekey.cli.TestShell.Result;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** What commands ask of the server. */
@Tag("slow")
class RequestTest {
    private static final String LIMITS =
            "{\"requests_per_minute\":60,\"tokens_per_minute\":null,\"max_concurrent_requests\":4}";

    private static final String NO_BUDGET =
            "{\"usd\":null,\"tokens\":null,\"period\":null,\"zone\":null,\"unpriced_calls\":\"refuse\",\"spending\":[]}";

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
    void aTokenIsMintedWithItsScopesAndExpiry() {
        shell.run(
                "token",
                "create",
                "--project",
                "acme",
                "--name",
                "deploy",
                "--scope",
                "workload:read",
                "--expires",
                "90d");
        assertBody(
                server.request("POST", "/api/projects/acme/tokens"),
                "{\"name\":\"deploy\",\"scopes\":[\"workload:read\"],\"expires_at\":\"2026-09-13T12:00:00Z\"}");
    }

    @Test
    void aTokenWithoutScopesGetsTheServersDefault() {
        shell.run("token", "create", "--project", "acme", "--name", "deploy");
        assertBody(server.request("POST", "/api/projects/acme/tokens"), "{\"name\":\"deploy\"}");
    }

    @Test
    void aKeyIsGrantedTheNamedWorkloads() {
        shell.run("key", "create", "--project", "acme", "--name", "web", "--workload", "support-bot", "-w", "other");
        assertBody(
                server.request("POST", "/api/projects/acme/keys"),
                "{\"name\":\"web\",\"grants\":[\"acme/support-bot\",\"acme/other\"]}");
    }

    @Test
    void aKeyForAllIsGrantedTheWholeProject() {
        shell.run("key", "create", "--project", "acme", "--name", "web", "--all");
        assertBody(server.request("POST", "/api/projects/acme/keys"), "{\"name\":\"web\",\"grants\":[\"acme/*\"]}");
    }

    @Test
    void aKeyIsLimitedAsAskedFor() {
        shell.run("key", "create", "--project", "acme", "--name", "web", "--all", "--rpm", "60", "--concurrent", "4");
        assertBody(
                server.request("POST", "/api/projects/acme/keys"),
                "{\"name\":\"web\",\"grants\":[\"acme/*\"],"
                        + "\"limits\":{\"requests_per_minute\":60,\"max_concurrent_requests\":4}}");
    }

    @Test
    void aLimitOfAKeyIsChangedAndTheOthersStay() {
        server.on("GET /api/projects/acme/keys/key_1", 200, "{\"limits\":" + LIMITS + "}");
        shell.run("key", "update", "key_1", "--project", "acme", "--tpm", "9000", "--concurrent", "none");
        assertBody(
                server.request("PATCH", "/api/projects/acme/keys/key_1"),
                "{\"limits\":{\"requests_per_minute\":60,\"tokens_per_minute\":9000,\"max_concurrent_requests\":null}}");
    }

    @Test
    void theLimitsOfAWorkloadAreShownAndChangedOneByOne() {
        String path = "/api/projects/acme/workloads/bot/limits";
        server.on("GET " + path, 200, LIMITS)
                .on("PUT " + path, 200, LIMITS)
                .on("GET /api/projects/acme/workloads/bot/budget", 200, NO_BUDGET);
        assertThat(shell.run("workload", "limits", "bot", "--project", "acme").out())
                .isEqualTo("workload acme/bot\n  limits  60 requests a minute, 4 at once\n");
        assertThat(server.requests()).extracting(Request::method).containsExactly("GET", "GET");
        shell.run("workload", "limits", "bot", "--project", "acme", "--rpm", "none", "--tpm", "9000");
        assertBody(
                server.request("PUT", path),
                "{\"requests_per_minute\":null,\"tokens_per_minute\":9000,\"max_concurrent_requests\":4}");
    }

    @Test
    void aKeyIsMintedUnderABudget() {
        shell.run(
                "key",
                "create",
                "--project",
                "acme",
                "--name",
                "web",
                "--all",
                "--budget-usd",
                "25",
                "--budget-period",
                "day",
                "--budget-zone",
                "Europe/Berlin");
        assertBody(
                server.request("POST", "/api/projects/acme/keys"),
                "{\"name\":\"web\",\"grants\":[\"acme/*\"],"
                        + "\"budget\":{\"usd\":\"25\",\"period\":\"day\",\"zone\":\"Europe/Berlin\"}}");
    }

    @Test
    void whatIsNotNamedOfABudgetStays() {
        String path = "/api/projects/acme/keys/key_1/budget";
        server.on("GET " + path, 200, Answers.BUDGET)
                .on("PUT " + path, 200, Answers.BUDGET)
                .on("GET /api/projects/acme/keys/key_1", 200, Answers.KEY);
        shell.run("key", "update", "key_1", "--project", "acme", "--budget-usd", "none", "--budget-tokens", "1000");
        assertBody(server.request("PUT", path), "{\"tokens\":1000,\"period\":\"month\",\"zone\":\"Europe/Berlin\"}");
        assertThat(server.requests()).extracting(Request::method).doesNotContain("PATCH");
    }

    @Test
    void theBudgetOfAProjectIsShownAndChanged() {
        String path = "/api/projects/acme/budget";
        server.on("GET " + path, 200, Answers.BUDGET).on("PUT " + path, 200, Answers.BUDGET);
        assertThat(shell.run("project", "limits", "acme").out()).isEqualTo("""
                        project acme
                          budget          $25 per month (Europe/Berlin): $3.2 spent (12%), $0.1 held, resets in 15 days
                          unpriced calls  refuse
                        """);
        shell.run("project", "limits", "acme", "--unpriced-calls", "free");
        assertBody(
                server.request("PUT", path),
                "{\"usd\":\"25\",\"period\":\"month\",\"zone\":\"Europe/Berlin\",\"unpriced_calls\":\"free\"}");
    }

    @Test
    void limitsThatNodesShareSayHowFarTheyHold() {
        String path = "/api/projects/acme/workloads/bot/limits";
        server.on("GET /api/projects/acme/workloads/bot/budget", 200, NO_BUDGET);
        server.on("GET " + path, 200, """
                {"requests_per_minute":60,"tokens_per_minute":null,"max_concurrent_requests":null,
                 "bound":{"nodes":3,"cut_off_nodes":1,
                          "each_cut_off_node_adds":{"requests_per_minute":20,"tokens_per_minute":null,"max_concurrent_requests":null},
                          "at_most":{"requests_per_minute":80,"tokens_per_minute":null,"max_concurrent_requests":null}}}
                """);
        assertThat(shell.run("workload", "limits", "bot", "--project", "acme").out())
                .contains("60 requests a minute")
                .contains("exactly over 3 nodes; one that is cut off adds at most 20 requests a minute;"
                        + " now 1 cut off or gone: at most 80 requests a minute");
    }

    @Test
    void aPriceIsSentAsItWasTyped() {
        String path = "/api/projects/acme/prices/bot";
        server.on("PUT " + path, 200, """
                {"workload_slug":"bot","currency":"USD","input_per_million":"0.15",
                 "cached_input_per_million":"0.075","output_per_million":"0.6","since":"2026-06-15T11:30:00Z"}
                """);
        assertThat(shell.run(
                                "price",
                                "set",
                                "bot",
                                "--project",
                                "acme",
                                "--input",
                                "0.150",
                                "--cached-input",
                                "0.075",
                                "--output",
                                "0.6")
                        .out())
                .isEqualTo("bot costs $0.15 per million tokens read ($0.075 from a cache)"
                        + " and $0.6 per million written.\n");
        assertBody(
                server.request("PUT", path),
                "{\"input_per_million\":\"0.150\",\"output_per_million\":\"0.6\","
                        + "\"cached_input_per_million\":\"0.075\"}");
    }

    @Test
    void rotatingPassesTheOverlapInSeconds() {
        shell.run("key", "rotate", "key_1", "--project", "acme", "--overlap", "24h");
        assertBody(server.request("POST", "/api/projects/acme/keys/key_1/rotate"), "{\"overlap_seconds\":86400}");
    }

    @Test
    void theProjectComesFromTheEnvironmentUnlessNamed() {
        shell.with("INFERENCEKEY_PROJECT", "acme");
        shell.run("key", "list");
        shell.run("key", "list", "--project", "other");
        assertThat(server.requests())
                .extracting(Request::path)
                .containsExactly("/api/projects/acme/keys?limit=1000", "/api/projects/other/keys?limit=1000");
    }

    @Test
    void whatIsTypedCannotLeaveItsPathSegment() {
        shell.run("key", "show", "key_../../tokens?x=1", "--project", "a/b");
        assertThat(server.requests())
                .extracting(Request::path)
                .containsExactly("/api/projects/a%2Fb/keys/key_..%2F..%2Ftokens%3Fx%3D1");
        assertThat(shell.run("project", "show", "..").exitCode()).isEqualTo(2);
    }

    @Test
    void aCredentialIsFoundByNamePublicIdAndRedactedForm() {
        server.on("GET /api/projects/acme/keys?limit=1000", 200, "[" + Answers.KEY + "]");
        for (String reference : new String[] {"web", "e5f60718", "ik_live_e5f60718…", "ik_live_e5f60718", "11112222"}) {
            Result result = shell.run("key", "show", reference, "--project", "acme");
            assertThat(result.err()).as(reference).contains("/keys/key_01k2b");
        }
        assertThat(shell.run("key", "show", "nobody", "--project", "acme").err())
                .contains("ik key list");
    }

    @Test
    void revokingAKeyEndsItsStreamsUnlessTheyAreKept() {
        String path = "/api/projects/acme/keys/key_01k2b/";
        server.on("POST " + path + "revoke", 200, Answers.KEY.replaceFirst("\\{", "{\"ended_streams\":2,"));
        server.on("POST " + path + "disable", 200, Answers.KEY);

        assertThat(shell.run("key", "revoke", "key_01k2b", "--project", "acme").out())
                .contains("Ended 2 requests under way.");
        shell.run("key", "revoke", "key_01k2b", "--project", "acme", "--keep-streams");
        shell.run("key", "disable", "key_01k2b", "--project", "acme");
        shell.run("key", "disable", "key_01k2b", "--project", "acme", "--end-streams");

        assertThat(server.requests())
                .extracting(FakeServer.Request::body)
                .containsExactly(
                        "{\"end_streams\":true}",
                        "{\"end_streams\":false}",
                        "{\"end_streams\":false}",
                        "{\"end_streams\":true}");
    }

    @Test
    void revokingAKeySaysWhichNodesMayNotKnowOfItAndForHowLong() {
        server.on("POST /api/projects/acme/keys/key_01k2b/revoke", 200, Answers.KEY.replaceFirst("\\{", """
                {"ended_streams":1,"propagation":{"epoch":7,"took_ms":12,"nodes":[
                {"node":"a","node_id":"node_1","epoch":7,"state":"acknowledged","at":"2026-06-15T12:00:00Z"},
                {"node":"b","node_id":"node_2","epoch":6,"state":"lease_expired","at":"2026-06-15T11:59:00Z"},
                {"node":"c","node_id":"node_3","epoch":6,"state":"may_serve_until","at":"2026-06-15T11:59:00Z",
                "may_serve_until":"2026-06-15T12:59:00Z"}]},"""));

        assertThat(shell.run("key", "revoke", "key_01k2b", "--project", "acme").out())
                .contains("except on nodes that have not confirmed it yet")
                .contains("Ended 1 request under way on the node that answered")
                .contains("In force on 1 of 3 nodes: a.")
                .contains("Node b can't be reached, and admits no call.")
                .contains(
                        "Node c can't be reached: if it still runs, it may go on as before until 2026-06-15T12:59:00Z (in");
    }

    @Test
    void aRotationSaysWhenItIsNotKnownToBeInForce() {
        server.on(
                "POST /api/projects/acme/keys/key_01k2b/rotate",
                200,
                Answers.minted(Answers.KEY, Answers.KEY_SECRET)
                        .replaceFirst(
                                "\\{",
                                "{\"propagation\":{\"confirmed\":false,\"epoch\":0,\"took_ms\":0,\"nodes\":[]},"));

        assertThat(shell.run("key", "rotate", "key_01k2b", "--project", "acme").out())
                .contains("export INFERENCEKEY_API_KEY=")
                .contains("not known to be in force on every node");
    }

    @Test
    void deletingAWorkloadSaysWhichNodesMayNotKnowOfIt() {
        server.on(
                "DELETE /api/projects/acme/workloads/bot",
                new FakeServer.Reply(204, "", Map.of())
                        .with(
                                "Propagation",
                                "{\"epoch\":7,\"took_ms\":1,\"nodes\":[{\"node\":\"a\",\"state\":\"acknowledged\"},"
                                        + "{\"node\":\"b\",\"state\":\"may_serve_until\","
                                        + "\"may_serve_until\":\"2026-06-15T12:59:00Z\"}]}"));

        assertThat(shell.run("workload", "delete", "bot", "--project", "acme").out())
                .contains("Deleted workload acme/bot.")
                .contains("Node b can't be reached: if it still runs, it may go on as before until");
    }

    @Test
    void drainsAndForgetsNodes() {
        server.on("POST /api/nodes/b/drain", 200, "{\"name\":\"b\"}");
        server.on("POST /api/nodes/b/resume", 200, "{\"name\":\"b\"}");
        server.on("DELETE /api/nodes/b", 204, "");

        assertThat(shell.run("node", "drain", "b").out()).contains("Node b sends its callers elsewhere.");
        assertThat(shell.run("node", "drain", "b", "--undo").out()).contains("Node b takes callers again.");
        assertThat(shell.run("node", "remove", "b").out()).contains("Node b is forgotten.");
    }

    @Test
    void listsNodesWithWhatALostOneMayStillDo() {
        server.on("GET /api/nodes", 200, """
                [{"id":"node_1","name":"a","version":"1.0","role":"all","state":"active","lag":0,
                "started_at":"2026-06-15T10:00:00Z","heartbeat_at":"2026-06-15T12:00:00Z","may_serve_until":null},
                {"id":"node_2","name":"b","version":"1.0","role":"gateway","state":"lost","lag":3,
                "started_at":"2026-06-15T10:00:00Z","heartbeat_at":"2026-06-15T11:58:00Z",
                "may_serve_until":"2026-06-15T12:59:00Z"}]""");

        assertThat(shell.run("node", "list").out())
                .containsPattern("NAME +STATE +ROLE")
                .containsPattern("a +active +all")
                .containsPattern("b +lost +gateway .*until 2026-06-15T12:59:00Z");
    }

    @Test
    void twoOfANameAreNotGuessedBetween() {
        server.on("GET /api/projects/acme/keys?limit=1000", 200, "[" + Answers.KEY + "," + Answers.KEY + "]");
        Result result = shell.run("key", "revoke", "web", "--project", "acme");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void listsAreReadToTheirEnd() {
        server.on("GET /api/projects?limit=1000", page("p1", "</api/projects?cursor=a%2Bb&limit=1000>; rel=\"next\""));
        server.on("GET /api/projects?cursor=a%2Bb&limit=1000", page("p2", null));
        assertThat(shell.run("project", "list").out()).contains("p1", "p2");
    }

    @Test
    void aLimitEndsTheReading() {
        server.on("GET /api/projects?limit=1", page("p1", "</api/projects?cursor=x&limit=1>; rel=\"next\""));
        Result result = shell.run("project", "list", "--limit", "1");
        assertThat(result.out()).contains("p1");
        assertThat(result.err()).contains("there are more");
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void aCutListSaysSoBesideItsJson() {
        server.on("GET /api/projects?limit=1", page("p1", "</api/projects?cursor=x&limit=1>; rel=\"next\""));
        Result result = shell.run("project", "list", "--limit", "1", "--json");
        assertThat(result.out()).contains("p1").doesNotContain("there are more");
        assertThat(result.err()).contains("there are more");
    }

    @Test
    void aNextPageElsewhereIsNotFollowed() {
        server.on("GET /api/projects?limit=1000", page("p1", "<http://192.0.2.1/api/projects?cursor=x>; rel=\"next\""));
        assertThat(shell.run("project", "list").exitCode()).isZero();
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void anEndlessListOfEmptyPagesIsLeft() {
        server.on(
                "GET /api/projects?limit=1000",
                Reply.json(200, "[]").with("Link", "</api/projects?limit=1000>; rel=\"next\""));
        assertThat(shell.run("project", "list").exitCode()).isZero();
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void redirectsAreNotFollowed() {
        server.on(
                "GET /api/projects?limit=1000",
                new Reply(302, "", Map.of("Location", server.url() + "/api/elsewhere")));
        assertThat(shell.run("project", "list").exitCode()).isEqualTo(1);
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void membersAreNamedByTheirAddress() {
        server.on(
                        "GET /api/projects/acme/members?limit=1000",
                        200,
                        "[{\"user_id\":\"usr_7\",\"email\":\"ada@example.com\",\"role\":\"viewer\"}]")
                .on("DELETE /api/projects/acme/members/usr_7", new Reply(204, "", Map.of()));
        assertThat(shell.run("member", "remove", "Ada@example.com", "--project", "acme")
                        .exitCode())
                .isZero();
    }

    @Test
    void anInvitationIsForDevelopersUnlessARoleIsNamed() {
        shell.run("invite", "create", "--project", "acme");
        shell.run("invite", "create", "--project", "acme", "--role", "viewer", "--email", "grace@example.com");
        assertThat(server.requests())
                .extracting(Request::body)
                .containsExactly("{\"role\":\"developer\"}", "{\"role\":\"viewer\",\"email\":\"grace@example.com\"}");
    }

    @Test
    void aSignInIsNamedOrAllAreMeant() {
        assertThat(shell.run("session", "end").err()).contains("ik session list", "--all");
        assertThat(shell.run("session", "end", "a1b2c3d4", "--all").exitCode()).isEqualTo(2);
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void theSecretsOfAProjectComeInOnePiece() {
        server.on("GET /api/projects/acme/secrets", 200, "[{\"name\":\"openai\"}]");
        assertThat(shell.run("secret", "list", "--project", "acme").out()).contains("openai");
    }

    @Test
    void aControlTokenServesWherePeopleAreNotNeeded(@TempDir Path stranger) {
        server.on("GET /api/projects/acme/workloads?limit=1000", 200, "[]");
        Result result = new TestShell(stranger)
                .with("INFERENCEKEY_BASE_URL", server.url())
                .with("INFERENCEKEY_SDK_TOKEN", Answers.TOKEN_SECRET)
                .run("workload", "list", "--project", "acme");
        assertThat(result.exitCode()).as(result.err()).isZero();
        assertThat(server.requests().getFirst().authorization()).isEqualTo("Bearer " + Answers.TOKEN_SECRET);
    }

    @Test
    void chatPrintsTheAnswerAndItsUsageApart() {
        server.on(
                "POST /endpoint/acme/support-bot/v1/chat/completions",
                Reply.events(Answers.golden("data/chat-stream-usage.response.sse")));
        shell.with("INFERENCEKEY_API_KEY", Answers.KEY_SECRET);
        Result result = shell.run("chat", "support-bot", "¿Dónde", "está?", "--project", "acme");
        assertThat(result.out()).isEqualTo("Tu pedido llega mañana. 📦\n");
        assertThat(result.err()).isEqualTo("23 tokens in, 8 out\n");
        assertThat(server.requests().getFirst().body()).contains("¿Dónde está?");
    }

    @Test
    void chatReadsThePromptFromAPipe() {
        server.on(
                "POST /endpoint/acme/support-bot/v1/chat/completions",
                Reply.events(Answers.golden("data/chat-stream.response.sse")));
        shell.with("INFERENCEKEY_API_KEY", Answers.KEY_SECRET).piping("What is this?\n");
        assertThat(shell.run("chat", "support-bot", "--project", "acme").exitCode())
                .isZero();
        assertThat(server.requests().getFirst().body()).contains("\"What is this?\"");
    }

    @Test
    void anAnswerThatBreaksOffIsAFailure() {
        server.on(
                "POST /endpoint/acme/support-bot/v1/chat/completions",
                Reply.events(Answers.golden("data/chat-stream-cut-off.response.sse")));
        shell.with("INFERENCEKEY_API_KEY", Answers.KEY_SECRET);
        assertThat(shell.run("chat", "support-bot", "hi", "--project", "acme").exitCode())
                .isNotZero();
    }

    private static Reply page(String slug, @Nullable String link) {
        Reply reply = Reply.json(200, "[{\"slug\":\"" + slug + "\"}]");
        return link == null ? reply : reply.with("Link", link);
    }

    private static void assertBody(Request request, String json) {
        JsonMapper mapper = JsonMapper.shared();
        assertThat(mapper.readTree(request.body())).isEqualTo(mapper.readTree(json));
    }
}
