package dev.inferencekey.server.manager;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.server.domain.access.Caller;
import dev.inferencekey.server.domain.credential.Grants;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.engine.TestEngineRules;
import dev.inferencekey.server.domain.limit.Limits;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.project.UserSession;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.domain.workload.WorkloadRules;
import dev.inferencekey.server.manager.access.InvitationCredential;
import dev.inferencekey.server.manager.access.OperatorCredential;
import dev.inferencekey.server.manager.access.SessionCredential;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.EndpointAddress;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.key.ApiKeyService;
import dev.inferencekey.server.manager.service.Requester;
import dev.inferencekey.server.manager.session.SignInService;
import dev.inferencekey.server.manager.token.SdkTokenService;
import dev.inferencekey.server.ports.SecretCipher;
import dev.inferencekey.server.store.BreakableStore;
import dev.inferencekey.server.store.TestStores;
import dev.inferencekey.server.vault.TimeOrderedIds;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A control plane that really listens, on a store of its own and a runtime that runs nothing. */
final class TestManager implements AutoCloseable {
    static final String INTERNAL_SECRET = "0123456789abcdef0123456789abcdef";
    static final String PASSWORD = "correct horse battery";
    static final SignInService.Origin ORIGIN = new SignInService.Origin("192.0.2.1", "Test/1");
    static final Requester OPERATOR = new Requester(new Caller.Operator(), "127.0.0.1");

    final MutableTime time = new MutableTime();
    final BreakableStore store;
    final FakeRuntime runtime = new FakeRuntime(time);
    final FakePublication publication;
    final FakePasswordHasher passwords = new FakePasswordHasher();
    final SecureRandom random = new SecureRandom();
    final OperatorCredential operator = OperatorCredential.mint(random);
    final Owner owner = new Owner("owner@example.com", "the owner knows it");
    final FakeHealth health = new FakeHealth();
    final FakeMembership membership;

    final ControlPlane plane;
    final ManagerServer server;
    final ApiClient api;

    /** The owner of the installation, and the password. */
    record Owner(String email, String password) {
        @Override
        public String toString() {
            return "Owner[" + email + "]";
        }
    }

    TestManager() {
        this(Duration.ofSeconds(15), List.of());
    }

    TestManager(Duration keepAlive, List<Route> more) {
        this(TestStores.sqlite(), keepAlive, more);
    }

    /** One whose store other nodes may share. */
    static TestManager amongOthers() {
        return new TestManager(TestStores.postgres(), Duration.ofSeconds(15), List.of());
    }

    private TestManager(BreakableStore store, Duration keepAlive, List<Route> more) {
        this.store = store;
        publication = new FakePublication(store);
        membership = new FakeMembership(store);
        plane = new ControlPlane(new ControlPlane.Parts(
                store,
                new TimeOrderedIds(time, random),
                time,
                random,
                passwords,
                new ReversingCipher(),
                runtime,
                publication,
                membership,
                TestEngineRules.RULES,
                health,
                workloadId -> {},
                patience -> 0));
        InvitationCredential link = plane.setUp().ensure("node").orElseThrow();
        plane.invitations().accept(link.reveal(), owner.email(), owner.password(), ORIGIN);
        server = ManagerServer.start(
                plane,
                new ManagerConfig(INTERNAL_SECRET, operator.digest(), EndpointAddress.SHARED, keepAlive, null),
                more,
                (request, failure, requestId) -> Answer.json(failure.code().status(), Map.of()));
        api = new ApiClient(server.port(), INTERNAL_SECRET);
    }

    ApiClient asOperator() {
        return api.bearer(operator.reveal());
    }

    ApiClient asOwner() {
        return asPerson(owner.email(), owner.password());
    }

    ApiClient asPerson(String email, String password) {
        return api.bearer(plane.signIns()
                .signIn(email, password, UserSession.Kind.BEARER, ORIGIN)
                .credential()
                .reveal());
    }

    /** The owner's sign-in in the browser {@code Test/1}. */
    SessionCredential browserSession() {
        return plane.signIns()
                .signIn(owner.email(), owner.password(), UserSession.Kind.COOKIE, ORIGIN)
                .credential();
    }

    /** The browser {@code Test/1} with this sign-in. */
    ApiClient browser(SessionCredential session) {
        return api.header("User-Agent", "Test/1").header("Cookie", "ik_session=" + session.reveal());
    }

    /** A new person with a role in the project. */
    ApiClient asMember(Project project, Role role) {
        String email = role.wire() + "@" + project.slug() + ".example";
        plane.members().add(OPERATOR, project, email, role, PASSWORD);
        return asPerson(email, PASSWORD);
    }

    Project project(String slug) {
        return plane.projects().create(OPERATOR, slug, slug);
    }

    SdkTokenService.Minted token(Project project, Scope... scopes) {
        return token(project, null, scopes);
    }

    SdkTokenService.Minted token(Project project, @Nullable Instant expiresAt, Scope... scopes) {
        return plane.tokens().mint(OPERATOR, project, "test", scopes.length == 0 ? null : Set.of(scopes), expiresAt);
    }

    ApiClient as(SdkTokenService.Minted token) {
        return as(token.credential());
    }

    ApiClient as(SdkToken token) {
        return api.bearer(token.reveal());
    }

    ApiClient as(LiveKey key) {
        return api.bearer(key.reveal());
    }

    ApiKeyService.Minted key(Project project) {
        return plane.keys().mint(OPERATOR, project, "test", Grants.ofEntireProject(), null, Limits.NONE);
    }

    Workload workload(Project project, String slug) {
        return plane.workloads()
                .create(
                        OPERATOR,
                        project,
                        WorkloadRules.declaration(
                                Map.of("name", slug, "slug", slug, "backend", "simulator", "model_name", "sim")))
                .workload();
    }

    @Override
    public void close() {
        server.close();
        store.close();
    }

    /** Hides nothing, but what it seals does not read like what it was given. */
    private static final class ReversingCipher implements SecretCipher {
        @Override
        public byte[] seal(String plaintext, String context) {
            return new StringBuilder(context + "\n" + plaintext)
                    .reverse()
                    .toString()
                    .getBytes(StandardCharsets.UTF_8);
        }

        @Override
        public String open(byte[] sealed, String context) {
            String text = new StringBuilder(new String(sealed, StandardCharsets.UTF_8))
                    .reverse()
                    .toString();
            if (!text.startsWith(context + "\n")) {
                throw new IllegalStateException("sealed in another context");
            }
            return text.substring(context.length() + 1);
        }
    }
}
