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
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;

/**
 * Every route with every kind of caller, broken credentials included. What they meet stands in {@code golden/access.txt}, which does not ask
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

    /** What stands for a caller's refusal in the table. */
    private static final Map<String, Refusal> REFUSALS = Map.of("SI", SCOPE, "PM", MISMATCH);

    /** The callers that the table has a column for, in its order. */
    private static final List<String> COLUMNS = List.of(
            "right token",
            "read-only token",
            "writing token",
            "other project's token",
            "project owner",
            "admin",
            "developer",
            "viewer",
            "stranger",
            "operator");

    private static final String PUBLIC = "public";

    /** What callers meet, by operation: one word for each column, or {@link #PUBLIC}. */
    private static final Map<String, List<String>> TABLE = table();

    private static Map<String, List<String>> table() {
        try (InputStream in = AccessMatrixTest.class.getResourceAsStream("/golden/access.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> List.of(line.split(" +")))
                    .collect(Collectors.toMap(
                            words -> words.get(0) + " " + words.get(1), words -> words.subList(4, words.size())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

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
        callers.put("writing token", MANAGER.as(MANAGER.token(ACME, Scope.WORKLOAD_WRITE)));
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
        boolean api = route.path().startsWith("/api");
        if (api && Set.of("right key", "malformed key").contains(caller)) {
            return WRONG_PLANE;
        }
        List<String> cells = TABLE.get(route.method() + " " + route.path());
        if (cells == null) {
            throw new AssertionError(route.method() + " " + route.path() + " has no line in access.txt");
        }
        if (cells.contains(PUBLIC)) {
            return null;
        }
        return switch (caller) {
            case "revoked token", "disabled token", "rotated-out token" -> REVOKED;
            case "expired token" -> EXPIRED;
            case "installation owner" -> null;
            case "assignment-only token" -> route.action() == Action.SELF ? null : SCOPE;
            default -> COLUMNS.contains(caller) ? REFUSALS.get(cells.get(COLUMNS.indexOf(caller))) : NO_CREDENTIAL;
        };
    }
}
