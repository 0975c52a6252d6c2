package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.OutputStreamAppender;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.manager.ApiClient.Reply;
import dev.inferencekey.server.manager.access.CsrfToken;
import dev.inferencekey.server.manager.access.SessionCredential;
import dev.inferencekey.server.manager.http.EndpointAddress;
import dev.inferencekey.server.manager.http.Request;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.session.SignInService;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** Pushes known secrets through everything, with every logger at its most talkative, and looks for them where they must not be. */
@Tag("slow")
class SecretLeakTest {
    private static final String PLANTED = "ik_live_0a1b2c3d_" + "5e".repeat(32);

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private final LoggerContext logging = (LoggerContext) LoggerFactory.getILoggerFactory();
    private final Logger root = logging.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final OutputStreamAppender<ILoggingEvent> appender = new OutputStreamAppender<>();
    private final Level levelBefore = root.getLevel();
    private final @Nullable Appender<ILoggingEvent> console = root.getAppender("CONSOLE");

    @BeforeEach
    void listenToEverything() {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(logging);
        encoder.setPattern("%level %logger %msg %kvp %mdc%n%ex");
        encoder.start();
        appender.setContext(logging);
        appender.setEncoder(encoder);
        appender.setOutputStream(log);
        appender.start();
        if (console != null) {
            root.detachAppender(console);
        }
        root.addAppender(appender);
        root.setLevel(Level.TRACE);
    }

    @AfterEach
    void stopListening() {
        root.setLevel(levelBefore);
        root.detachAppender(appender);
        appender.stop();
        if (console != null) {
            root.addAppender(console);
        }
    }

    @Test
    void noSecretIsInAnyLogLineOrInAnyAnswerButTheOneThatShowsIt() {
        List<String> secrets = new ArrayList<>();
        List<String> bodies = new ArrayList<>();
        Route failing = Route.platform("POST", "/api/failing", Action.SELF, exchange -> {
            throw new IllegalStateException(
                    "went wrong with " + PLANTED, new RuntimeException("because of " + PLANTED));
        });
        try (TestManager manager = new TestManager(Duration.ofSeconds(15), List.of(failing))) {
            secrets.add(TestManager.INTERNAL_SECRET);
            secrets.add(TestManager.PASSWORD);
            secrets.add(manager.owner.password());
            secrets.add(tail(manager.operator.reveal()));
            secrets.add(tail(PLANTED));
            Project acme = manager.project("acme");
            ApiClient admin = manager.asMember(acme, Role.ADMIN);
            secrets.add(tail(String.valueOf(admin.headers().get("Authorization"))));

            Reply session = manager.api.post(
                    "/api/sessions", Map.of("email", manager.owner.email(), "password", manager.owner.password()));
            secrets.add(tail(session.text("session")));
            SessionCredential browser = manager.browserSession();
            secrets.add(tail(browser.reveal()));
            Reply token = admin.post("/api/projects/acme/tokens", Map.of("name", "deploy"))
                    .expect(201);
            String tokenText = token.text("credential");
            secrets.add(tail(tokenText));
            Reply rotated = admin.post(
                    "/api/projects/acme/tokens/" + token.text("id") + "/rotate", Map.of("overlap_seconds", 60));
            secrets.add(tail(rotated.text("credential")));
            Reply key = admin.post("/api/projects/acme/keys", Map.of("name", "web", "grants", List.of("acme/*")));
            String keyText = key.text("credential");
            secrets.add(tail(keyText));
            String upstream = "sk-upstream-0123456789abcdef";
            secrets.add(upstream);
            bodies.add(admin.put(
                            "/api/projects/acme/secrets/up",
                            Map.of("value", upstream, "hosts", List.of("api.example.com")))
                    .expect(204)
                    .body());

            secrets.add(tail(admin.post("/api/projects/acme/invitations", Map.of("role", "viewer"))
                    .expect(201)
                    .text("link")));
            secrets.add(tail(
                    manager.asOperator().post("/api/owner-links").expect(201).text("link")));
            bodies.add(admin.get("/api/projects/acme/invitations").expect(200).body());
            bodies.add(admin.get("/api/sessions").expect(200).body());
            String wanted = "a password that nobody may see";
            secrets.add(wanted);
            bodies.add(admin.put("/api/password", Map.of("password", wanted, "new_password", wanted))
                    .expect(400)
                    .body());
            bodies.add(admin.put("/api/password", Map.of("password", TestManager.PASSWORD, "new_password", wanted))
                    .expect(204)
                    .body());

            ApiClient wrongWays = manager.api.unchecked();
            bodies.add(
                    wrongWays.bearer(keyText).get("/api/projects").expect(403).body());
            bodies.add(wrongWays
                    .bearer(keyText + "x")
                    .get("/api/projects")
                    .expect(403)
                    .body());
            bodies.add(wrongWays
                    .bearer(tokenText + "x")
                    .get("/api/projects")
                    .expect(401)
                    .body());
            bodies.add(wrongWays
                    .bearer(tokenText.substring(0, 60))
                    .get("/api/projects")
                    .expect(401)
                    .body());
            bodies.add(wrongWays
                    .header("Authorization", tokenText)
                    .get("/api/projects")
                    .expect(401)
                    .body());
            bodies.add(wrongWays
                    .header("User-Agent", "Test/1")
                    .header("Cookie", "ik_session=" + browser.reveal())
                    .post("/api/projects", Map.of("name", "x"))
                    .expect(403)
                    .body());
            ApiClient deploy = wrongWays.bearer(tokenText);
            bodies.add(deploy.get("/api/projects/acme/workloads?" + keyText + "=1")
                    .expect(400)
                    .body());
            bodies.add(deploy.get("/api/projects/acme/workloads/" + keyText)
                    .expect(404)
                    .body());
            bodies.add(deploy.get("/api/workloads/" + keyText).expect(404).body());
            bodies.add(deploy.get("/api/projects/" + keyText).expect(403).body());
            bodies.add(deploy.get("/" + keyText).expect(404).body());
            for (String body : List.of(
                    "{\"" + keyText + "\":1}",
                    "{\"name\":\"" + keyText + "\",\"backend\":\"ollama\",\"model_name\":\"m\"}",
                    "{\"name\":\"a\",\"slug\":\"" + keyText + "\",\"backend\":\"ollama\",\"model_name\":\"m\"}",
                    "{\"name\":\"a\",\"backend\":\"" + keyText + "\",\"model_name\":\"m\"}",
                    "{\"name\":\"a\",\"backend\":\"ollama\",\"model_name\":\"m\",\"task_type\":\"" + keyText + "\"}",
                    "{\"name\":\"a\",\"backend\":\"ollama\",\"model_name\":\"m\",\"config\":{\"" + keyText + "\":\""
                            + keyText + "\"}}",
                    keyText,
                    "{\"name\":" + keyText + "}")) {
                bodies.add(deploy.send("POST", "/api/projects/acme/workloads", body)
                        .expect(400)
                        .body());
            }
            bodies.add(manager.api
                    .post("/api/sessions", Map.of("email", manager.owner.email(), "password", TestManager.PASSWORD))
                    .expect(401)
                    .body());
            bodies.add(wrongWays
                    .bearer(tokenText)
                    .post("/api/failing")
                    .expect(500, "internal")
                    .body());
            bodies.add(manager.asOperator()
                    .get("/api/audit?limit=1000")
                    .expect(200)
                    .body());
            bodies.add(admin.get("/api/projects/acme/tokens").body());
            bodies.add(admin.get("/api/projects/acme/keys").body());
            bodies.add(admin.get("/api/projects/acme/secrets").body());
            bodies.add(admin.get("/api/projects/acme/members").body());
            manager.store.failWith("the store is away");
            bodies.add(
                    wrongWays.bearer(tokenText).get("/api/projects").expect(503).body());
        }

        String logged = log.toString(StandardCharsets.UTF_8);
        assertThat(logged).contains("request failed").contains("request answered");
        for (String secret : secrets) {
            assertThat(logged).doesNotContain(secret);
            assertThat(bodies).noneMatch(body -> body.contains(secret));
        }
    }

    @Test
    void aFailureIsLoggedOnceUnderItsRequestIdAndAnsweredWithoutAnythingElse() {
        Route failing = Route.platform("GET", "/api/failing", Action.SELF, exchange -> {
            throw new IllegalStateException("select * from secrets; at /var/lib/x");
        });
        try (TestManager manager = new TestManager(Duration.ofSeconds(15), List.of(failing))) {
            Reply reply = manager.asOperator()
                    .unchecked()
                    .header("X-Request-Id", "req_from.gateway-1")
                    .get("/api/failing")
                    .expect(500, "internal");

            assertThat(reply.text("request_id")).isEqualTo("req_from.gateway-1");
            assertThat(reply.body()).doesNotContain("select", "/var/lib", "Exception");
        }
        assertThat(log.toString(StandardCharsets.UTF_8).split("request failed request_id=req_from.gateway-1", -1))
                .hasSize(2);
    }

    @Test
    void aRequestIdThatIsNotSaneIsReplaced() {
        try (TestManager manager = new TestManager()) {
            for (String wrong : List.of("a b", "x".repeat(101), PLANTED, "<script>")) {
                assertThat(manager.api
                                .unchecked()
                                .header("X-Request-Id", wrong)
                                .get("/nowhere")
                                .text("request_id"))
                        .startsWith("req_");
            }
        }
    }

    @Test
    void nothingThatHoldsASecretShowsItAsText() {
        try (TestManager manager = new TestManager()) {
            SessionCredential session = SessionCredential.mint(manager.random);
            CsrfToken csrf = session.csrfToken();
            Request request = new Request(
                    "GET", "/" + PLANTED, PLANTED, Map.of("authorization", List.of(PLANTED)), limit -> new byte[0]);
            SignInService.SignedIn signedIn = manager.plane
                    .signIns()
                    .signIn(
                            manager.owner.email(),
                            manager.owner.password(),
                            UserSession.Kind.COOKIE,
                            TestManager.ORIGIN);
            ManagerConfig config = new ManagerConfig(
                    TestManager.INTERNAL_SECRET,
                    manager.operator.digest(),
                    EndpointAddress.SHARED,
                    Duration.ofSeconds(1),
                    null);

            assertThat(session.toString()).doesNotContain(tail(session.reveal()));
            assertThat(csrf.toString()).isEqualTo("CsrfToken");
            assertThat(request.toString()).doesNotContain(PLANTED);
            assertThat(signedIn.toString())
                    .doesNotContain(tail(signedIn.credential().reveal()));
            assertThat(config.toString()).doesNotContain(TestManager.INTERNAL_SECRET);
            assertThat(manager.operator.toString()).doesNotContain(tail(manager.operator.reveal()));
            assertThat(manager.owner.toString()).doesNotContain(manager.owner.password());
            assertThat(manager.token(manager.project("acme")).toString()).doesNotContainPattern("[0-9a-f]{64}");
        }
    }

    /** The secret half of a credential. */
    private static String tail(String credential) {
        return credential.substring(credential.length() - 64);
    }
}
