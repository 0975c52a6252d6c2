package dev.inferencekey.server.dashboard;

import dev.inferencekey.server.domain.HelpPages;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.engine.TestEngineRules;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.manager.ControlPlane;
import dev.inferencekey.server.manager.FakeHealth;
import dev.inferencekey.server.manager.FakeMembership;
import dev.inferencekey.server.manager.FakePasswordHasher;
import dev.inferencekey.server.manager.FakePublication;
import dev.inferencekey.server.manager.FakeRuntime;
import dev.inferencekey.server.manager.ManagerConfig;
import dev.inferencekey.server.manager.ManagerServer;
import dev.inferencekey.server.manager.MutableTime;
import dev.inferencekey.server.manager.access.OperatorCredential;
import dev.inferencekey.server.manager.access.SessionCredential;
import dev.inferencekey.server.manager.http.EndpointAddress;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.manager.session.SignInService;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import dev.inferencekey.server.vault.TimeOrderedIds;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/** Pages that really listen, on a store of its own and a runtime that runs nothing. */
public final class TestDashboard implements AutoCloseable {
    public static final Requester OPERATOR = new Requester(new Caller.Operator(), "127.0.0.1");

    private static final String INTERNAL_SECRET = "0123456789abcdef0123456789abcdef";
    public static final String PASSWORD = "correct horse battery";
    private static final SignInService.Origin ORIGIN = new SignInService.Origin("192.0.2.1", TestBrowser.USER_AGENT);

    public final MutableTime time = new MutableTime();
    public final BreakableStore store;
    public final FakeRuntime runtime = new FakeRuntime(time);
    public final FakeMembership membership;
    public final ControlPlane plane;
    /** What the first start offers its owner. */
    public final String ownerLink;

    private final SecureRandom random = new SecureRandom();
    private final ManagerServer server;

    public TestDashboard() {
        this(TestStores.sqlite());
    }

    public TestDashboard(BreakableStore store) {
        this(store, null);
    }

    /** @param documentation the folder with the documentation's site; null for none */
    public TestDashboard(BreakableStore store, @Nullable Path documentation) {
        this.store = store;
        membership = new FakeMembership(store);
        plane = new ControlPlane(new ControlPlane.Parts(
                store,
                new TimeOrderedIds(time, random),
                time,
                random,
                new FakePasswordHasher(),
                new NoCipher(),
                runtime,
                new FakePublication(store),
                membership,
                TestEngineRules.RULES,
                new FakeHealth(),
                workloadId -> {},
                patience -> 0));
        ownerLink = plane.setUp().ensure("node").orElseThrow().reveal();
        Dashboard dashboard = new Dashboard(plane, documentation);
        server = ManagerServer.start(
                plane,
                new ManagerConfig(
                        INTERNAL_SECRET,
                        OperatorCredential.mint(random).digest(),
                        EndpointAddress.SHARED,
                        ManagerConfig.DEFAULT_KEEP_ALIVE,
                        documentation == null ? null : HelpPages.OWN),
                dashboard.routes(),
                dashboard.errorPages());
    }

    public Project project(String slug) {
        return plane.projects().create(OPERATOR, slug, slug);
    }

    /** A browser in which nobody is signed in. */
    public TestBrowser stranger() {
        return new TestBrowser(server.port(), INTERNAL_SECRET, "", "");
    }

    /** A browser in which a new person with this role is signed in. */
    public TestBrowser as(Project project, Role role) {
        String email = role.wire() + "@" + project.slug() + ".example";
        plane.members().add(OPERATOR, project, email, role, PASSWORD);
        SessionCredential session = plane.signIns()
                .signIn(email, PASSWORD, UserSession.Kind.COOKIE, ORIGIN)
                .credential();
        return new TestBrowser(
                server.port(),
                INTERNAL_SECRET,
                session.reveal(),
                session.csrfToken().reveal(random));
    }

    /** A browser in which the owner of the installation is signed in. */
    public TestBrowser asOwner() {
        plane.invitations().accept(ownerLink, "owner@example.com", PASSWORD, ORIGIN);
        SessionCredential session = plane.signIns()
                .signIn("owner@example.com", PASSWORD, UserSession.Kind.COOKIE, ORIGIN)
                .credential();
        return new TestBrowser(
                server.port(),
                INTERNAL_SECRET,
                session.reveal(),
                session.csrfToken().reveal(random));
    }

    @Override
    public void close() {
        server.close();
        store.close();
    }

    /** Hides nothing: nothing here is worth hiding. */
    private static final class NoCipher implements SecretCipher {
        @Override
        public byte[] seal(String plaintext, String context) {
            return plaintext.getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String open(byte[] sealed, String context) {
            return new String(sealed, StandardCharsets.UTF_8);
        }
    }
}
