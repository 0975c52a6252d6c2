package dev.inferencekey.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.cli.TestShell.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class SecretsTest {
    private static final String SESSION = "ik_session_77665544_" + "00ff11ee22dd33cc".repeat(4);

    private final FakeServer server = new FakeServer();
    private TestShell shell;
    private Path home;

    @BeforeEach
    void isOperator(@TempDir Path temp) throws IOException {
        home = temp;
        shell = TestShell.asOperator(home, server).with("INFERENCEKEY_PROJECT", "acme");
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void aCredentialInAServersErrorMessageIsRedacted() {
        server.on(
                "GET /api/projects?limit=1000",
                400,
                "{\"error\":\"invalid_request\",\"message\":\"what is " + Answers.TOKEN_SECRET + "?\"}");
        for (String line : new String[] {"project list", "project list --json"}) {
            Result result = shell.run(line.split(" "));
            assertThat(result.err()).contains("ik_sdk_a1b2c3d4…").doesNotContain(Answers.TOKEN_SECRET);
        }
    }

    @Test
    void aCredentialInAListIsRedacted() {
        server.on(
                "GET /api/projects/acme/keys?limit=1000",
                200,
                "[{\"id\":\"key_1\",\"name\":\"" + Answers.KEY_SECRET + "\",\"state\":\"active\"}]");
        assertThat(shell.run("key", "list").out()).contains("key_1").doesNotContain(Answers.KEY_SECRET);
    }

    @Test
    void aWholeCredentialAsAnArgumentIsNeitherSentNorRepeated() {
        Result result = shell.run("key", "revoke", Answers.KEY_SECRET);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).doesNotContain(Answers.KEY_SECRET).contains("history");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void aMisplacedCredentialIsNotRepeatedByTheUsageMessage() {
        Result result = shell.run("key", "list", Answers.KEY_SECRET);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).doesNotContain(Answers.KEY_SECRET);
    }

    @Test
    void theOperatorCredentialIsSentToThisMachineOnlyAndNeverPrinted() {
        server.on("GET /api/whoami", 200, "{\"kind\":\"operator\"}");
        Result here = shell.run("whoami");
        assertThat(here.out()).doesNotContain(TestShell.OPERATOR);
        assertThat(server.request("GET", "/api/whoami").authorization()).isEqualTo("Bearer " + TestShell.OPERATOR);

        Result elsewhere = shell.run("whoami", "--url", "http://192.0.2.1");
        assertThat(elsewhere.exitCode()).isEqualTo(2);
        assertThat(elsewhere.err()).contains("ik login").doesNotContain(TestShell.OPERATOR);
    }

    @Test
    void terminalsAreNotSteeredByWhatOthersWrote() {
        server.on(
                "GET /api/projects?limit=1000",
                200,
                "[{\"slug\":\"acme\",\"name\":\"\\u001b[2J\\u202egood\\nsecond line\",\"id\":\"proj_1\"}]");
        assertThat(shell.onTerminal(80).run("project", "list").out())
                .doesNotContain("\u001b", "\u202e")
                .hasLineCount(2);
    }

    @Test
    void loginKeepsTheSessionForTheUserAloneAndUsesIt() throws IOException {
        server.on(
                        "POST /api/sessions",
                        201,
                        "{\"session\":\"" + SESSION + "\",\"expires_at\":\"2026-06-16T12:00:00Z\"}")
                .on("GET /api/whoami", 200, "{\"kind\":\"human\",\"email\":\"ada@example.com\"}");
        Result login = shell.typing("correct horse battery").run("login", "ada@example.com");
        assertThat(login.exitCode()).as(login.err()).isZero();
        assertThat(login.out()).contains("in 24 h").doesNotContain(SESSION, "correct horse");
        assertThat(server.request("POST", "/api/sessions").body()).contains("correct horse battery");
        Path file = home.resolve(".config/inferencekey/sessions.json");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");

        shell.run("whoami");
        assertThat(server.request("GET", "/api/whoami").authorization()).isEqualTo("Bearer " + SESSION);
    }

    @Test
    void aNamedDataFolderGoesBeforeASession() {
        server.on("POST /api/sessions", 201, "{\"session\":\"" + SESSION + "\"}")
                .on("GET /api/whoami", 200, "{\"kind\":\"operator\"}");
        shell.typing("correct horse battery").run("login", "ada@example.com");
        shell.run("whoami", "--data", shell.dataFolder().toString());
        assertThat(server.request("GET", "/api/whoami").authorization()).isEqualTo("Bearer " + TestShell.OPERATOR);
    }

    @Test
    void aSessionThatHasRunOutIsNotUsed() {
        server.on(
                        "POST /api/sessions",
                        201,
                        "{\"session\":\"" + SESSION + "\",\"expires_at\":\"2026-06-15T11:59:59Z\"}")
                .on("GET /api/whoami", 200, "{\"kind\":\"operator\"}");
        shell.typing("correct horse battery").run("login", "ada@example.com");
        shell.run("whoami");
        assertThat(server.request("GET", "/api/whoami").authorization()).isEqualTo("Bearer " + TestShell.OPERATOR);
    }

    @Test
    void logoutEndsTheSessionHereAndThere() throws IOException {
        server.on("POST /api/sessions", 201, "{\"session\":\"" + SESSION + "\"}")
                .on("DELETE /api/sessions/current", new FakeServer.Reply(204, "", Map.of()));
        shell.typing("correct horse battery").run("login", "ada@example.com");
        assertThat(shell.run("logout").exitCode()).isZero();
        assertThat(server.request("DELETE", "/api/sessions/current").authorization())
                .isEqualTo("Bearer " + SESSION);
        assertNowhereBelow(home, SESSION);
    }

    private void signIn() {
        server.on("POST /api/sessions", 201, "{\"session\":\"" + SESSION + "\"}");
        assertThat(shell.typing("correct horse battery")
                        .run("login", "ada@example.com")
                        .exitCode())
                .isZero();
    }

    @Test
    void onesAccountTakesASignInEvenWhereTheOperatorCredentialIs() {
        for (String line : new String[] {"session list", "session end --all", "password"}) {
            Result result = shell.run(line.split(" "));
            assertThat(result.exitCode()).as(line).isEqualTo(2);
            assertThat(result.err()).contains("ik login");
        }
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void endingTheSessionOfThisCommandForgetsItHereAndEndingAnotherDoesNot() {
        server.on("DELETE /api/sessions/11112222", new FakeServer.Reply(204, "", Map.of()))
                .on("DELETE /api/sessions/77665544", new FakeServer.Reply(204, "", Map.of()));
        signIn();
        assertThat(shell.run("session", "end", "11112222").exitCode()).isZero();
        assertThat(shell.run("session", "end", "77665544").exitCode()).isZero();
        assertThat(server.request("DELETE", "/api/sessions/77665544").authorization())
                .isEqualTo("Bearer " + SESSION);
        assertNowhereBelow(home, SESSION);
    }

    @Test
    void signingOutEverywhereForgetsTheSessionHereOnceTheServerHasEndedIt() {
        signIn();
        server.on("DELETE /api/sessions", 503, "{\"error\":\"store_unavailable\",\"message\":\"away\"}");
        assertThat(shell.run("session", "end", "--all").exitCode()).isEqualTo(1);
        server.on("DELETE /api/sessions", new FakeServer.Reply(204, "", Map.of()));
        assertThat(shell.run("session", "end", "--all").exitCode()).isZero();
        assertNowhereBelow(home, SESSION);
    }

    @Test
    void bothPasswordsComeFromAPipeOrAPersonAndAreShownNowhere() {
        server.on("PUT /api/password", new FakeServer.Reply(204, "", Map.of()));
        signIn();
        Result piped =
                shell.piping("correct horse battery\na better horse battery\n").run("password", "--password-stdin");
        assertThat(piped.exitCode()).as(piped.err()).isZero();
        assertThat(server.request("PUT", "/api/password").body())
                .isEqualTo("{\"password\":\"correct horse battery\",\"new_password\":\"a better horse battery\"}");
        assertThat(piped.out()).doesNotContain("horse");

        Result typed = shell.typing("one for all").run("password");
        assertThat(server.requests().getLast().body())
                .isEqualTo("{\"password\":\"one for all\",\"new_password\":\"one for all\"}");
        assertThat(typed.out() + typed.err()).doesNotContain("one for all");

        assertThat(shell.piping("only one\n")
                        .run("password", "--password-stdin")
                        .exitCode())
                .isEqualTo(2);
    }

    @Test
    void aLinkIsShownOnceAndKeptNowhere() {
        server.on("POST /api/owner-links", 201, Answers.INVITATION_LINK);
        Result result = shell.run("owner-link", "--email", "ada@example.com");
        assertThat(result.out())
                .containsOnlyOnce("\nhttp://127.0.0.1:8080/join#" + Answers.LINK_SECRET + "\n")
                .contains("This is the only time that it is shown");
        assertThat(server.request("POST", "/api/owner-links").body()).isEqualTo("{\"email\":\"ada@example.com\"}");
        assertNowhereBelow(home, Answers.LINK_SECRET);
    }

    @Test
    void anOwnerLinkIsTheOperatorsBusinessEvenWhereSomebodyIsSignedIn() {
        server.on("POST /api/owner-links", 201, Answers.INVITATION_LINK);
        signIn();
        shell.run("owner-link");
        assertThat(server.request("POST", "/api/owner-links").authorization())
                .isEqualTo("Bearer " + TestShell.OPERATOR);
    }

    @Test
    void aLinkThatIsNotShapedLikeOneIsShownWithoutItsSecret() {
        server.on("POST /api/owner-links", 201, Answers.INVITATION_LINK.replace("/join#", "/join\\u001b[2J#"));
        assertThat(shell.run("owner-link").out()).doesNotContain("\u001b", Answers.LINK_SECRET);
    }

    @Test
    void aWholeLinkOrSessionInPlaceOfAnIdIsNeitherSentNorRepeated() {
        signIn();
        String link = "http://127.0.0.1:8080/join#" + Answers.LINK_SECRET;
        for (Result result : List.of(
                shell.run("invite", "withdraw", link),
                shell.run("invite", "withdraw", Answers.LINK_SECRET),
                shell.run("session", "end", SESSION))) {
            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err()).contains("8 digits").doesNotContain(Answers.LINK_SECRET, SESSION);
        }
        assertThat(server.requests()).hasSize(1);
    }

    @Test
    void aSecretsValueComesFromAPipeAndIsSentWithoutItsLineEnd() {
        server.on("PUT /api/projects/acme/secrets/openai", new FakeServer.Reply(204, "", Map.of()));
        Result result = shell.piping("sk-upstream-value\n")
                .run("secret", "set", "openai", "--host", "api.example.com", "--host", "10.0.0.5:8000");
        assertThat(result.out()).doesNotContain("sk-upstream-value");
        assertThat(server.request("PUT", "/api/projects/acme/secrets/openai").body())
                .isEqualTo("{\"value\":\"sk-upstream-value\",\"hosts\":[\"api.example.com\",\"10.0.0.5:8000\"],"
                        + "\"engines\":false}");
    }

    @Test
    void aSecretIsNotAskedForUntilItIsSaidWhereItMayBeSent() {
        Result result = shell.piping("sk-upstream-value\n").run("secret", "set", "openai");
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err()).contains("--host", "--for-engines");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void mintingShowsTheCredentialOnceAndKeepsItNowhere() {
        server.on("POST /api/projects/acme/keys", 201, Answers.minted(Answers.KEY, Answers.KEY_SECRET));
        Result result = shell.run("key", "create", "--name", "web", "--all");
        assertThat(result.out()).containsOnlyOnce(Answers.KEY_SECRET);
        assertThat(result.out()).contains("export INFERENCEKEY_API_KEY=" + Answers.KEY_SECRET + "\n");
        assertNowhereBelow(home, Answers.KEY_SECRET);
    }

    private static void assertNowhereBelow(Path folder, String secret) {
        try (Stream<Path> files = Files.walk(folder)) {
            files.filter(Files::isRegularFile).forEach(file -> {
                try {
                    assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                            .doesNotContain(secret);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
