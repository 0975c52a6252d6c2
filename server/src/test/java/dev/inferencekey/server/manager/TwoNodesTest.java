package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.server.dashboard.Dashboard;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.engine.TestEngineRules;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.workload.WorkloadRules;
import dev.inferencekey.server.manager.AlternatingBrowser.Shown;
import dev.inferencekey.server.manager.access.OperatorCredential;
import dev.inferencekey.server.manager.http.EndpointAddress;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.manager.sso.SignOnRequest;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.ports.store.KeyFilter;
import dev.inferencekey.server.ports.store.PageRequest;
import dev.inferencekey.server.store.postgres.PostgresForTests;
import dev.inferencekey.server.store.postgres.PostgresStore;
import dev.inferencekey.server.vault.AesGcmSecretCipher;
import dev.inferencekey.server.vault.TimeOrderedIds;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Two control planes on one PostgreSQL, between which every other request changes. */
@Tag("slow")
class TwoNodesTest {
    private static final Requester OPERATOR = new Requester(new Caller.Operator(), "127.0.0.1");
    private static final String PASSWORD = "correct horse battery";

    private final SecureRandom random = new SecureRandom();
    private final byte[] masterKey = random.generateSeed(32);
    private final MutableTime time = new MutableTime();
    private final PostgresForTests.Database database = PostgresForTests.database();
    private final Node one = new Node("one");
    private final Node two = new Node("two");
    private final AlternatingBrowser browser = browser("Test/1");

    /** What is one process's own. */
    private final class Node implements AutoCloseable {
        final PostgresStore store = database.open();
        final OperatorCredential operator = OperatorCredential.mint(random);
        final ControlPlane plane;
        final String ownerLink;
        final ManagerServer server;
        final ApiClient api;

        Node(String name) {
            // Each reads the master key for itself.
            SecretCipher cipher = new AesGcmSecretCipher(new SecretKeySpec(masterKey, "AES"), random);
            plane = new ControlPlane(new ControlPlane.Parts(
                    store,
                    new TimeOrderedIds(time, random),
                    time,
                    random,
                    new FakePasswordHasher(),
                    cipher,
                    new FakeRuntime(time),
                    new FakePublication(store),
                    new FakeMembership(store),
                    TestEngineRules.RULES,
                    new FakeHealth(),
                    _ -> {},
                    _ -> 0));
            ownerLink = plane.setUp().ensure(name).orElseThrow().reveal();
            Dashboard dashboard = new Dashboard(plane, null);
            server = ManagerServer.start(
                    plane,
                    new ManagerConfig(
                            TestManager.INTERNAL_SECRET,
                            operator.digest(),
                            EndpointAddress.SHARED,
                            ManagerConfig.DEFAULT_KEEP_ALIVE,
                            null),
                    dashboard.routes(),
                    dashboard.errorPages());
            api = new ApiClient(server.port(), TestManager.INTERNAL_SECRET);
        }

        @Override
        public void close() {
            server.close();
            store.close();
        }
    }

    @AfterEach
    void stop() {
        one.close();
        two.close();
        database.close();
    }

    private AlternatingBrowser browser(String userAgent) {
        return new AlternatingBrowser(List.of(one.server.port(), two.server.port()), userAgent);
    }

    private void join(AlternatingBrowser browser, String link, String email) {
        browser.post("/join/offer", Map.of("invitation", link)).expect(200);
        browser.post("/join", Map.of("invitation", link, "email", email, "password", PASSWORD))
                .expect(303);
        browser.get("/signed-in").expect(303);
        assertThat(browser.get("/projects").expect(200).body()).contains("csrf_token");
    }

    private static String found(String pattern, Shown shown) {
        Matcher matcher = Pattern.compile(pattern).matcher(shown.body());
        assertThat(matcher.find()).as(shown.body()).isTrue();
        return matcher.group();
    }

    @Test
    void aPersonDoesEverythingWhileEachRequestGoesToTheOtherNode() {
        join(browser, one.ownerLink, "owner@example.com");
        browser.post("/projects", Map.of("name", "Acme", "slug", "acme")).expect(303);
        Project acme = one.store
                .<Optional<Project>>read(s -> s.projects().find("acme"))
                .orElseThrow();
        two.plane
                .workloads()
                .create(
                        OPERATOR,
                        acme,
                        WorkloadRules.declaration(
                                Map.of("name", "Bot", "slug", "bot", "backend", "simulator", "model_name", "sim")));

        // What is made once is shown once, whichever node is asked again.
        Map<String, String> key = Map.of("name", "shop", "access", "entire", "expiry", "never");
        browser.get("/projects/acme/keys/new").expect(200);
        found(
                "ik_live_[0-9a-f]{8}_[0-9a-f]{64}",
                browser.post("/projects/acme/keys", key).expect(200));
        Shown again = browser.post("/projects/acme/keys", key).expect(303);
        assertThat(browser.get(again.location()).expect(200).body()).contains("the same form a second time");
        browser.get("/projects").expect(200);
        assertThat(browser.post("/projects/acme/keys", key).expect(200).body()).contains("ik_live_");
        assertThat(keys(one, acme)).isEqualTo(2);

        browser.get("/projects/acme/workloads/bot").expect(200);
        Shown playground = browser.postByScript("/projects/acme/workloads/bot/playground-key");
        found("ik_live_[0-9a-f]{8}_[0-9a-f]{64}", playground.expect(201));

        browser.get("/projects/acme/settings").expect(200);
        Shown invited = browser.post(
                "/projects/acme/settings/invitations", Map.of("role", "admin", "email", "bob@example.com"));
        String link = found("ik_invite_[0-9a-f]{8}_[0-9a-f]{64}", invited.expect(200));
        AlternatingBrowser bob = browser("Test/2");
        join(bob, link, "bob@example.com");
        assertThat(bob.post("/join", Map.of("invitation", link, "email", "bob@example.com", "password", PASSWORD))
                        .status())
                .isEqualTo(404);
        assertThat(bob.get("/projects/acme/keys").expect(200).body()).contains("shop");

        bob.get("/projects").expect(200);
        bob.post("/sign-out", Map.of()).expect(303);
        bob.get("/projects").expect(303);
        bob.get("/sign-in").expect(200);
        bob.post("/sign-in", Map.of("email", "bob@example.com", "password", PASSWORD))
                .expect(303);
        bob.get("/projects").expect(200);
    }

    private static int keys(Node node, Project project) {
        return node.plane
                .keys()
                .list(project, KeyFilter.ALL, new PageRequest(100, null))
                .items()
                .size();
    }

    @Test
    void singleSignOnThatBeganAtOneNodeEndsAtTheOtherOnce() {
        Project acme = one.plane.projects().create(OPERATOR, "acme", "acme");
        two.plane.members().add(OPERATOR, acme, "ann@example.com", Role.VIEWER, PASSWORD);
        try (HostileProvider provider = new HostileProvider()) {
            one.plane
                    .signOn()
                    .configure(
                            OPERATOR,
                            new SignOnRequest(
                                    provider.issuer,
                                    HostileProvider.CLIENT_ID,
                                    HostileProvider.CLIENT_SECRET,
                                    List.of(),
                                    false,
                                    "Acme"));
            String callback = "/sign-in/sso/callback?"
                    + provider.answer(browser.get("/sign-in/sso").expect(302).location());
            AlternatingBrowser onTheWayBack = browser.stolen("Test/1");

            browser.get(callback).expect(303);
            assertThat(browser.get("/projects").expect(200).body()).contains("acme");

            int asked = provider.tokenRequests();
            assertThat(onTheWayBack.get(callback).expect(400).body()).contains("was completed or failed already");
            assertThat(onTheWayBack.get(callback).expect(400).body()).contains("was completed or failed already");
            assertThat(provider.tokenRequests()).isEqualTo(asked);
        }
    }

    @Test
    void attemptsToSignInCountWhicheverNodeIsTried() {
        List<Node> nodes = List.of(one, two);
        Map<String, String> guess = Map.of("email", "ann@example.com", "password", "wrong");
        for (int i = 0; i < 10; i++) {
            nodes.get(i % 2).api.post("/api/sessions", guess).expect(401);
        }

        one.api.post("/api/sessions", guess).expect(429, "rate_limit_exceeded");
        two.api.post("/api/sessions", guess).expect(429, "rate_limit_exceeded");
        time.advance(Duration.ofSeconds(30));
        two.api.post("/api/sessions", guess).expect(401);
        one.api.post("/api/sessions", guess).expect(429, "rate_limit_exceeded");
    }

    @Test
    void aSessionThatWasStolenIsOverEverywhereAndItsPersonHearsWhy() {
        join(browser, one.ownerLink, "owner@example.com");

        browser.stolen("Thief/1").get("/projects").expect(303);

        browser.get("/projects").expect(303);
        assertThat(browser.get("/sign-in").expect(200).body()).contains("another browser");
        assertThat(browser.get("/sign-in").expect(200).body()).contains("another browser");
    }

    @Test
    void eachNodeOffersTheInstallationAndTheFirstLinkThatIsUsedVoidsTheOthers() {
        String third = one.plane.setUp().ensure("one").orElseThrow().reveal();
        browser.post("/join/offer", Map.of("invitation", one.ownerLink)).expect(404);
        browser.post("/join/offer", Map.of("invitation", two.ownerLink)).expect(200);

        join(browser, third, "owner@example.com");

        browser("Test/2")
                .post("/join/offer", Map.of("invitation", two.ownerLink))
                .expect(404);
        assertThat(two.plane.setUp().ensure("two")).isEmpty();
    }

    @Test
    void aNodesOperatorCredentialOpensTheInstallationAtThatNodeOnly() {
        one.api
                .bearer(one.operator.reveal())
                .post("/api/projects", Map.of("name", "Acme"))
                .expect(201);
        two.api.bearer(two.operator.reveal()).get("/api/projects/acme").expect(200);

        one.api.bearer(two.operator.reveal()).get("/api/projects").expect(401, "invalid_token");
    }
}
