package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.server.domain.access.AccessPolicy;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.credential.Scope;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.domain.project.Role;
import dev.inferencekey.server.domain.workload.Workload;
import dev.inferencekey.server.manager.http.Route;
import dev.inferencekey.server.manager.http.Route.ResourceKind;
import dev.inferencekey.server.manager.token.SdkTokenService;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every route with every kind of caller. The expectations are written down here once more, by kind of caller and action, and do not ask
 * {@link AccessPolicy}: who changes what may be done must change both.
 */
@Tag("slow")
class AccessMatrixTest {
    private static final TestManager MANAGER = new TestManager();
    private static final Project ACME = MANAGER.project("acme");
    private static final Project OTHER = MANAGER.project("other");

    private static final Workload WORKLOAD = MANAGER.workload(ACME, "bot");

    /** What a refused caller hears, null if it is let through. */
    private record Refusal(int status, String code) {}

    private static final Refusal NO_CREDENTIAL = new Refusal(401, "invalid_token");
    private static final Refusal WRONG_PLANE = new Refusal(403, "wrong_credential_type");
    private static final Refusal MISMATCH = new Refusal(403, "project_scope_mismatch");
    private static final Refusal SCOPE = new Refusal(403, "scope_insufficient");
    private static final Refusal REVOKED = new Refusal(403, "token_revoked");
    private static final Refusal EXPIRED = new Refusal(403, "token_expired");

    private static final Set<Action> FOR_VIEWERS = EnumSet.of(
            Action.SELF,
            Action.ACCOUNT,
            Action.PROJECT_LIST,
            Action.ACCESS_EXPLAIN,
            Action.PROJECT_READ,
            Action.WORKLOAD_READ,
            Action.TOKEN_READ,
            Action.KEY_READ,
            Action.LIMIT_READ,
            Action.PRICE_READ,
            Action.MEMBER_READ,
            Action.USAGE_READ);
    private static final Set<Action> FOR_DEVELOPERS = with(
            FOR_VIEWERS,
            Action.WORKLOAD_WRITE,
            Action.KEY_WRITE,
            Action.LIMIT_WRITE,
            Action.UPSTREAM_SECRET_READ,
            Action.AUDIT_READ);
    private static final Set<Action> FOR_ADMINS = with(
            FOR_DEVELOPERS,
            Action.PROJECT_WRITE,
            Action.TOKEN_WRITE,
            Action.PRICE_WRITE,
            Action.UPSTREAM_SECRET_WRITE,
            Action.MEMBER_WRITE);
    private static final Set<Action> FOR_PROJECT_OWNERS = with(FOR_ADMINS, Action.PROJECT_DELETE);

    @AfterAll
    static void stop() {
        MANAGER.close();
    }

    @TestFactory
    Stream<DynamicTest> everyRouteWithEveryCaller() {
        Map<String, ApiClient> callers = callers();
        return OpenApiDocumentTest.routes().stream()
                .flatMap(route -> callers.entrySet().stream()
                        .map(caller -> DynamicTest.dynamicTest(
                                route.method() + " " + route.path() + " by " + caller.getKey(),
                                () -> check(route, caller.getKey(), caller.getValue()))));
    }

    @TestFactory
    Stream<DynamicTest> projectsThatDoNotExistLookForeignToThoseWhoMayNotKnow() {
        Map<String, ApiClient> callers = callers();
        return OpenApiDocumentTest.routes().stream()
                .filter(route -> route.about() == ResourceKind.PROJECT_IN_PATH)
                .flatMap(route -> Stream.of(
                                "right token", "read-only token", "project owner", "viewer", "stranger", "operator")
                        .map(caller ->
                                DynamicTest.dynamicTest(route.method() + " " + route.path() + " by " + caller, () -> {
                                    ApiClient.Reply reply = call(
                                            callers.getOrDefault(caller, MANAGER.api), route, "nowhere", "wl_unknown");
                                    if (caller.equals("operator")) {
                                        reply.expect(404, "not_found");
                                    } else {
                                        reply.expect(403, "project_scope_mismatch");
                                    }
                                })));
    }

    /** Names of callers, and how they call. Made for each run, since a test may use up what a caller is. */
    private static Map<String, ApiClient> callers() {
        SdkTokenService.Minted right = MANAGER.token(ACME);
        SdkTokenService.Minted revoked = MANAGER.token(ACME);
        MANAGER.plane
                .tokens()
                .revoke(TestManager.OPERATOR, ACME, revoked.token().id());
        SdkTokenService.Minted disabled = MANAGER.token(ACME);
        MANAGER.plane
                .tokens()
                .disable(TestManager.OPERATOR, ACME, disabled.token().id());
        Instant soon = MANAGER.time.instant().plusSeconds(60);
        SdkTokenService.Minted expired = MANAGER.token(ACME, soon, Scope.WORKLOAD_WRITE);
        SdkTokenService.Minted rotated = MANAGER.token(ACME);
        MANAGER.plane
                .tokens()
                .rotate(TestManager.OPERATOR, ACME, rotated.token().id(), Duration.ZERO);
        MANAGER.time.advance(Duration.ofSeconds(61));
        String text = right.credential().reveal();
        String last = text.endsWith("0") ? "1" : "0";
        Project scratch = MANAGER.project("people-" + System.nanoTime());

        Map<String, ApiClient> callers = new LinkedHashMap<>();
        callers.put("nobody", MANAGER.api);
        callers.put("garbage", MANAGER.api.bearer("garbage"));
        callers.put("basic", MANAGER.api.header("Authorization", "Basic YWRhOnB3"));
        callers.put("empty bearer", MANAGER.api.header("Authorization", "Bearer "));
        callers.put("malformed token", MANAGER.api.bearer("ik_sdk_a1b2c3d4"));
        callers.put(
                "upper-case token",
                MANAGER.api.bearer("ik_sdk_" + text.substring(7).toUpperCase(Locale.ROOT)));
        callers.put("unknown token", MANAGER.as(SdkToken.mint(MANAGER.random)));
        callers.put("wrong secret", MANAGER.api.bearer(text.substring(0, text.length() - 1) + last));
        callers.put("right token", MANAGER.as(right));
        callers.put("read-only token", MANAGER.as(MANAGER.token(ACME, Scope.WORKLOAD_READ)));
        callers.put("assignment-only token", MANAGER.as(MANAGER.token(ACME, Scope.ASSIGNMENT_WRITE)));
        callers.put("other project's token", MANAGER.as(MANAGER.token(OTHER)));
        callers.put("revoked token", MANAGER.as(revoked));
        callers.put("disabled token", MANAGER.as(disabled));
        callers.put("expired token", MANAGER.as(expired));
        callers.put("rotated-out token", MANAGER.as(rotated));
        callers.put("right key", MANAGER.as(MANAGER.key(ACME).credential()));
        callers.put("malformed key", MANAGER.api.bearer("ik_live_"));
        callers.put("malformed session", MANAGER.api.bearer("ik_session_a1b2c3d4"));
        callers.put("unknown session", MANAGER.api.bearer("ik_session_a1b2c3d4_" + "0".repeat(64)));
        callers.put("unknown operator", MANAGER.api.bearer("ik_operator_a1b2c3d4_" + "0".repeat(64)));
        callers.put("operator from elsewhere", MANAGER.asOperator().header("X-Forwarded-For", "192.0.2.7"));
        callers.put("operator", MANAGER.asOperator());
        callers.put("installation owner", MANAGER.asOwner());
        callers.put("stranger", MANAGER.asMember(scratch, Role.OWNER));
        for (Role role : Role.values()) {
            String email = role.wire() + System.nanoTime() + "@example.com";
            MANAGER.plane.members().add(TestManager.OPERATOR, ACME, email, role, TestManager.PASSWORD);
            callers.put(
                    role == Role.OWNER ? "project owner" : role.wire(), MANAGER.asPerson(email, TestManager.PASSWORD));
        }
        return callers;
    }

    private static void check(Route route, String caller, ApiClient client) {
        Refusal refusal = expected(route, caller);
        ApiClient.Reply reply = call(client, route, "acme", WORKLOAD.id());
        if (refusal == null) {
            assertThat(reply.expect(400, "invalid_request").text("field")).isEqualTo("no_such_parameter");
        } else {
            reply.expect(refusal.status, refusal.code);
        }
    }

    /** Asks for what comes right after all decisions and right before anything happens: that a query parameter is unknown. */
    private static ApiClient.Reply call(ApiClient client, Route route, String project, String workloadId) {
        String path = route.path()
                .replace("{project}", project)
                .replace("{workload_id}", workloadId)
                .replaceAll("\\{[a-z_]+}", "any");
        return client.send(route.method(), path + "?no_such_parameter=1", null);
    }

    private static @Nullable Refusal expected(Route route, String caller) {
        Action action = route.action();
        boolean api = route.path().startsWith("/api");
        if (api && Set.of("right key", "malformed key").contains(caller)) {
            return WRONG_PLANE;
        }
        if (action == Action.PUBLIC) {
            return null;
        }
        boolean project = route.about() != ResourceKind.PLATFORM;
        return switch (caller) {
            case "revoked token", "disabled token", "rotated-out token" -> REVOKED;
            case "expired token" -> EXPIRED;
            case "right token" -> forToken(action, Action.WORKLOAD_READ, Action.WORKLOAD_WRITE);
            case "read-only token" -> forToken(action, Action.WORKLOAD_READ);
            case "assignment-only token" -> forToken(action);
            case "other project's token" -> project ? MISMATCH : forToken(action);
            case "operator" -> action == Action.ACCOUNT ? SCOPE : null;
            case "installation owner" -> null;
            case "project owner" -> forPerson(action, project, FOR_PROJECT_OWNERS);
            case "admin" -> forPerson(action, project, FOR_ADMINS);
            case "developer" -> forPerson(action, project, FOR_DEVELOPERS);
            case "viewer" -> forPerson(action, project, FOR_VIEWERS);
            case "stranger" -> project ? MISMATCH : forPerson(action, false, FOR_PROJECT_OWNERS);
            default -> NO_CREDENTIAL;
        };
    }

    private static @Nullable Refusal forToken(Action action, Action... allowed) {
        return action == Action.SELF || List.of(allowed).contains(action) ? null : SCOPE;
    }

    private static @Nullable Refusal forPerson(Action action, boolean project, Set<Action> allowed) {
        boolean installation = !project
                && !Set.of(Action.SELF, Action.ACCOUNT, Action.PROJECT_LIST, Action.ACCESS_EXPLAIN)
                        .contains(action);
        return !installation && allowed.contains(action) ? null : SCOPE;
    }

    private static Set<Action> with(Set<Action> base, Action... more) {
        EnumSet<Action> actions = EnumSet.copyOf(base);
        actions.addAll(List.of(more));
        return actions;
    }
}
