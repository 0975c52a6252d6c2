package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The command line as a process, against a server that is a process too. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IkCommandTest {
    private Path home;
    private Ik.Server server;
    private Ik person;

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        home = temp;
        person = new Ik(home);
        server = person.server(home.resolve("data"));
        person.with("INFERENCEKEY_BASE_URL", server.url().toString());
        run("project", "create", "--name", "Acme", "--slug", "acme").expect(0);
    }

    @AfterAll
    void stop() {
        server.close();
    }

    /** Commands of all kinds start with the libraries that they need, and no more; so do those that are none. */
    @Test
    void eachCommandStarts() {
        List<String> commands = new ArrayList<>();
        Matcher command = Pattern.compile("(?m)^  ([a-z][a-z-]*) {2,}\\S")
                .matcher(run("--help").expect(0).out());
        while (command.find()) {
            commands.add(command.group(1));
        }
        assertThat(commands).contains("up", "store", "key", "webhook", "completion");
        assertThat(commands.parallelStream()
                        .map(name -> name + ": " + run(name, "--help").exitCode()))
                .allMatch(result -> result.endsWith(": 0"));
        run("--version").expect(0);
        run("completion", "bash").expect(0);
        run("chatt").expect(2);
        run().expect(2);
    }

    @Test
    void mintingShowsTheCredentialOnceInOneJsonDocument() {
        JsonNode token = run(
                        "token",
                        "create",
                        "--project",
                        "acme",
                        "--name",
                        "deploy",
                        "--scope",
                        "workload:read",
                        "--expires",
                        "90d",
                        "--json")
                .expect(0)
                .json();
        assertThat(token.get("credential").asString()).matches("ik_sdk_[0-9a-f]{8}_[0-9a-f]{64}");
        assertThat(token.get("public_id").asString()).hasSize(8);
        assertThat(token.get("name").asString()).isEqualTo("deploy");

        String shown = run("token", "show", token.get("id").asString(), "--project", "acme", "--json")
                .expect(0)
                .out();
        assertThat(shown).contains(token.get("public_id").asString()).doesNotContain("credential\"");
    }

    @Test
    void aKeyIsCreatedRotatedWithOverlapAndRevoked() {
        JsonNode key = run(
                        "key",
                        "create",
                        "--project",
                        "acme",
                        "--name",
                        "web",
                        "--workload",
                        "support-bot",
                        "--workload",
                        "other-bot",
                        "--json")
                .expect(0)
                .json();
        String id = key.get("id").asString();
        String first = key.get("credential").asString();
        assertThat(status("support-bot", first)).isEqualTo(404);
        assertThat(status("a-third", first)).isEqualTo(403);

        JsonNode rotated = run("key", "rotate", id, "--project", "acme", "--overlap", "24h", "--json")
                .expect(0)
                .json();
        String second = rotated.get("credential").asString();
        assertThat(rotated.get("id").asString()).isEqualTo(id);
        assertThat(status("support-bot", first)).as("inside the overlap").isEqualTo(404);
        assertThat(status("support-bot", second)).isEqualTo(404);

        run("key", "revoke", id, "--project", "acme").expect(0);
        assertThat(status("support-bot", first)).isEqualTo(401);
        assertThat(status("support-bot", second)).isEqualTo(401);
    }

    @Test
    void ensureTwiceChangesNothingTheSecondTime() throws IOException {
        Ik deploy = deploy();
        Path file = declaration("twice", "Twice", 3);
        deploy.run("ensure", "-f", file.toString(), "--json").expect(0);
        deploy.run("wait", "twice").expect(0);
        JsonNode before = workload("twice");
        deploy.run("ensure", "-f", file.toString(), "--json").expect(0);
        assertThat(workload("twice")).isEqualTo(before);
        assertThat(deploy.run("ensure", "-f", file.toString(), "--plan")
                        .expect(0)
                        .out())
                .doesNotContain("update");
    }

    @Test
    void eachWayToTreatDriftDoesWhatTheTableSays() throws IOException {
        Ik deploy = deploy();
        deploy.run("ensure", "-f", declaration("drifting", "Before", 3).toString())
                .expect(0);
        Path changed = declaration("drifting", "After", 3);
        Map<String, Integer> exits = new LinkedHashMap<>();
        for (String mode : new String[] {"fail", "dry-run", "warn", "ignore"}) {
            exits.put(
                    mode,
                    deploy.run("ensure", "-f", changed.toString(), "--on-drift", mode)
                            .exitCode());
            assertThat(workload("drifting").get("name").asString()).as(mode).isEqualTo("Before");
        }
        assertThat(exits).isEqualTo(Map.of("fail", 1, "dry-run", 0, "warn", 0, "ignore", 0));
        String plan = deploy.run("ensure", "-f", changed.toString(), "--plan")
                .expect(0)
                .out();
        assertThat(plan).contains("name", "Before", "After").doesNotContain("model_name");
        deploy.run("ensure", "-f", changed.toString()).expect(0);
        assertThat(workload("drifting").get("name").asString()).isEqualTo("After");

        Path absent = declaration("absent", "Absent", 3);
        deploy.run("ensure", "-f", absent.toString(), "--on-drift", "dry-run").expect(0);
        assertThat(run("workload", "show", "absent", "--project", "acme").exitCode())
                .isEqualTo(1);
    }

    @Test
    void anOwnerWhoLostThePasswordComesBackByALinkAndManagesTheSignIns() {
        String email = "ada@example.com";
        assertThat(join(ownerLink("--email", email), email, "correct horse battery"))
                .isEqualTo(303);
        String link = ownerLink("--email", email);
        assertThat(join(link, "mallory@example.com", "a better horse battery")).isEqualTo(400);
        assertThat(join(link, email, "a better horse battery")).isEqualTo(303);
        assertThat(join(link, email, "yet another horse battery")).isEqualTo(404);

        assertThat(person.piping("correct horse battery")
                        .run("login", email, "--password-stdin")
                        .exitCode())
                .isEqualTo(1);
        person.piping("a better horse battery\n")
                .run("login", email, "--password-stdin")
                .expect(0);
        person.piping("a better horse battery\nthe best horse battery\n")
                .run("password", "--password-stdin")
                .expect(0);
        JsonNode sessions = person.run("session", "list", "--json").expect(0).json();
        assertThat(sessions).hasSize(1);
        assertThat(sessions.get(0).get("current").asBoolean()).isTrue();
        assertThat(sessions.get(0).get("user_agent").asString()).isEqualTo("ik");
        person.run("session", "end", "--all").expect(0);
        assertThat(person.run("session", "list").exitCode()).isEqualTo(2);
    }

    @Test
    void aPersonIsInvitedByLinkAndTheInvitationWithdrawn() {
        JsonNode kept =
                run("invite", "create", "--project", "acme", "--json").expect(0).json();
        JsonNode withdrawn = run("invite", "create", "--project", "acme", "--role", "viewer", "--json")
                .expect(0)
                .json();
        run("invite", "withdraw", withdrawn.get("id").asString(), "--project", "acme")
                .expect(0);

        assertThat(join(withdrawn.get("link").asString(), "grace@example.com", "correct horse battery"))
                .isEqualTo(404);
        String listed = run("invite", "list", "--project", "acme").expect(0).out();
        assertThat(listed)
                .contains(kept.get("id").asString(), "developer")
                .doesNotContain(withdrawn.get("id").asString())
                .doesNotContain("ik_invite_");
        assertThat(join(kept.get("link").asString(), "grace@example.com", "correct horse battery"))
                .isEqualTo(303);
        assertThat(run("member", "list", "--project", "acme").expect(0).out()).contains("grace@example.com");
    }

    private String ownerLink(String... more) {
        List<String> arguments = new ArrayList<>(List.of("owner-link", "--json"));
        arguments.addAll(List.of(more));
        return run(arguments.toArray(String[]::new))
                .expect(0)
                .json()
                .get("link")
                .asString();
    }

    /** Opens a link as its page does; the status of the answer. */
    private int join(String link, String email, String password) {
        assertThat(link).startsWith(server.url() + "/join#");
        return server.http()
                .form("/join", Map.of("invitation", link.replaceFirst(".*#", ""), "email", email, "password", password))
                .status();
    }

    @Test
    void exitCodesTellRefusedFromUsageFromUnreachable() {
        assertThat(run("key", "revoke", "key_none", "--project", "acme").exitCode())
                .isEqualTo(1);
        assertThat(run("key", "revoke", "key_none", "--no-such-option").exitCode())
                .isEqualTo(2);
        Ik.Result unreachable = run("key", "list", "--project", "acme", "--url", "http://127.0.0.1:1", "--json");
        assertThat(unreachable.exitCode()).isEqualTo(3);
        assertThat(unreachable.out()).isEmpty();
        assertThat(unreachable.err()).contains("127.0.0.1:1");
    }

    @Test
    void theOperatorCredentialIsForTheOwnerOfTheFolderAlone() throws IOException {
        Path file = server.data().resolve("operator.credential");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Ik.Result elsewhere = new Ik(home)
                .with("INFERENCEKEY_BASE_URL", server.url().toString())
                .run("project", "list", "--data", home.resolve("nothing-here").toString());
        assertThat(elsewhere.exitCode()).isEqualTo(2);
        assertThat(elsewhere.err()).contains("ik login");
    }

    private int status(String workload, String key) {
        return server.http()
                .get("/endpoint/acme/" + workload + "/v1/models", key)
                .status();
    }

    private JsonNode workload(String slug) throws IOException {
        return server.http()
                .get("/api/projects/acme/workloads/" + slug, server.operator())
                .expect(200)
                .json();
    }

    private Ik deploy() {
        String token = run("token", "create", "--project", "acme", "--name", "ci", "--json")
                .expect(0)
                .json()
                .get("credential")
                .asString();
        return new Ik(home)
                .with("INFERENCEKEY_BASE_URL", server.url().toString())
                .with("INFERENCEKEY_PROJECT", "acme")
                .with("INFERENCEKEY_SDK_TOKEN", token);
    }

    private Path declaration(String slug, String name, int tokens) throws IOException {
        return Files.writeString(Files.createTempFile(home, slug, ".yaml"), """
                name: %s
                slug: %s
                backend: simulator
                model: sim
                config:
                  output_tokens: %d
                """.formatted(name, slug, tokens));
    }

    private Ik.Result run(String... arguments) {
        String[] withData = new String[arguments.length + 2];
        System.arraycopy(arguments, 0, withData, 0, arguments.length);
        withData[arguments.length] = "--data";
        withData[arguments.length + 1] = server.data().toString();
        return person.run(withData);
    }
}
