package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.LiveKey;
import dev.inferencekey.contract.credential.SdkToken;
import dev.inferencekey.e2e.Http.Answer;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Every route of the control plane, asked for by every kind of caller: what they meet stands in {@code golden/access.txt}, of which nothing is
 * taken from the code that it judges.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ControlPlaneMatrixTest {
    private static final List<String> CALLERS = List.of(
            "token",
            "read-only token",
            "no-assignment token",
            "foreign token",
            "owner",
            "admin",
            "developer",
            "viewer",
            "stranger",
            "operator");

    private static final Map<String, String> REFUSALS =
            Map.of("SI", "403 scope_insufficient", "PM", "403 project_scope_mismatch");

    private static final AtomicInteger FRESH = new AtomicInteger();

    private RunningPlatform platform;
    private Callers callers;
    private String botId;

    /** One line of the table; a public operation has no cells. */
    record Row(String operation, String parameter, String allowed, List<String> cells) {
        String method() {
            return operation.split(" ")[0];
        }

        boolean isPublic() {
            return cells.isEmpty();
        }

        @Override
        public String toString() {
            return operation;
        }
    }

    static Stream<Row> rows() throws IOException {
        try (InputStream in = ControlPlaneMatrixTest.class.getResourceAsStream("/golden/access.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> List.of(line.split(" +")))
                    .map(words -> new Row(
                            words.get(0) + " " + words.get(1),
                            words.get(2),
                            words.get(3),
                            words.get(4).equals("public") ? List.of() : words.subList(4, words.size())));
        }
    }

    /**
     * One operation for each way to act and each set of people who may. That a credential is good and that it suffices are two questions: the
     * second one is asked about every operation, the first one about these.
     */
    static Stream<Row> kinds() throws IOException {
        Map<List<Object>, Row> kinds = new LinkedHashMap<>();
        rows().forEach(row -> kinds.putIfAbsent(
                List.of(row.method(), row.cells(), row.operation().contains(" /api/")), row));
        return kinds.values().stream();
    }

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        platform = RunningPlatform.start(temp);
        platform.createProject("acme");
        platform.createProject("other");
        platform.createSimulated("acme", "bot", "text2text", Map.of());
        botId = platform.http
                .get("/api/projects/acme/workloads/bot", platform.operator)
                .json()
                .get("id")
                .asString();
        callers = Callers.mint(platform);
    }

    @AfterAll
    void stop() {
        platform.close();
    }

    @Test
    void theTableAndTheOpenApiDocumentNameTheSameOperations() throws IOException {
        TreeSet<String> documented = new TreeSet<>();
        TreeSet<String> documentedEndpoints = new TreeSet<>();
        JsonNode paths =
                platform.http.get("/openapi.json", null).expect(200).json().get("paths");
        paths.propertyStream()
                .forEach(path -> path.getValue().propertyStream().forEach(operation -> {
                    if (List.of("get", "put", "post", "patch", "delete").contains(operation.getKey())) {
                        String name = operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey();
                        (path.getKey().startsWith("/endpoint/") ? documentedEndpoints : documented).add(name);
                    }
                }));
        assertThat(documented)
                .isEqualTo(new TreeSet<>(rows().map(Row::operation).toList()));
        assertThat(documentedEndpoints)
                .isEqualTo(new TreeSet<>(Arrays.stream(InferenceRoute.values())
                        .map(route -> route.method() + " /endpoint/{project}/{workload}/" + route.path())
                        .toList()));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void anOperationAnswersEachGenuineCallerAsTheTableSays(Row row) {
        Map<String, String> expected = new LinkedHashMap<>();
        Map<String, String> actual = new LinkedHashMap<>();
        for (int i = 0; i < CALLERS.size(); i++) {
            String cell = row.isPublic() ? "ok" : row.cells().get(i);
            if (!cell.equals("--")) {
                String caller = CALLERS.get(i);
                expected.put(caller, cell.equals("ok") ? row.allowed().replace('-', ' ') : REFUSALS.get(cell));
                actual.put(caller, ask(row, bearer(caller)));
            }
        }
        assertThat(actual).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void anOperationRefusesWhoeverShowsNothing(Row row) {
        assertThat(ask(row, null)).isEqualTo(row.isPublic() ? row.allowed().replace('-', ' ') : "401 invalid_token");
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void anOperationRefusesEveryCallerThatIsNotGenuineAndAlive(Row row) {
        Map<String, @Nullable String> bearers = new LinkedHashMap<>();
        Map<String, String> expected = new LinkedHashMap<>();
        bearers.put("garbage", "sk-proj-1234567890");
        bearers.put("malformed token", "ik_sdk_1234");
        bearers.put("unknown token", SdkToken.mint(new SecureRandom()).reveal());
        bearers.put(
                "wrong secret", Callers.withOtherSecret(callers.minted("token").credential()));
        bearers.put("malformed session", "ik_session_1234");
        bearers.put("wrong session secret", Callers.withOtherSecret(callers.session("owner")));
        bearers.put("wrong operator secret", Callers.withOtherSecret(platform.operator));
        bearers.keySet().forEach(name -> expected.put(name, "401 invalid_token"));

        for (String name : new String[] {"revoked token", "disabled token", "expired token"}) {
            bearers.put(name, callers.minted(name).credential());
            expected.put(name, name.startsWith("expired") ? "403 token_expired" : "403 token_revoked");
        }
        for (String name :
                new String[] {"wide", "right text2text", "elsewhere", "foreign", "revoked", "disabled", "expired"}) {
            bearers.put(name + " key", callers.minted(name).credential());
            expected.put(name + " key", "403 wrong_credential_type");
        }
        bearers.put("unknown key", LiveKey.mint(new SecureRandom()).reveal());
        bearers.put("malformed key", "ik_live_1234");
        expected.put("unknown key", "403 wrong_credential_type");
        expected.put("malformed key", "403 wrong_credential_type");

        if (row.isPublic()) {
            boolean underApi = row.operation().contains(" /api/");
            expected.replaceAll((name, refusal) ->
                    underApi && name.endsWith("key") ? refusal : row.allowed().replace('-', ' '));
        }
        Map<String, String> actual = new LinkedHashMap<>();
        bearers.forEach((name, bearer) -> actual.put(name, ask(row, bearer)));
        assertThat(actual).isEqualTo(expected);
    }

    @Test
    void anOwnerMayDeleteTheProject() {
        platform.createProject("doomed");
        platform.http
                .post(
                        "/api/projects/doomed/members",
                        platform.operator,
                        RunningPlatform.json(Map.of("email", "owner@example.com", "role", "owner")))
                .expect(201);
        platform.http
                .send("DELETE", "/api/projects/doomed", callers.session("admin"), null)
                .expect(403);
        platform.http
                .send("DELETE", "/api/projects/doomed", callers.session("owner"), null)
                .expect(204);
        platform.http.get("/api/projects/doomed", platform.operator).expect(404);
    }

    @Test
    void signingOutEndsTheSessionAndNoOther() {
        String ended = callers.signIn("viewer");
        platform.http.send("DELETE", "/api/sessions/current", ended, null).expect(204);
        assertThat(platform.http.get("/api/whoami", ended).code()).isEqualTo("invalid_token");
        platform.http.get("/api/whoami", callers.session("viewer")).expect(200);
    }

    @Test
    void signingOutEverywhereEndsOnesOwnSessionsAndNobodyElses() {
        callers.addMember("acme", "leaver");
        String one = callers.session("leaver");
        String two = callers.signIn("leaver");
        platform.http.send("DELETE", "/api/sessions", two, null).expect(204);
        assertThat(platform.http.get("/api/whoami", one).code()).isEqualTo("invalid_token");
        assertThat(platform.http.get("/api/whoami", two).code()).isEqualTo("invalid_token");
        platform.http.get("/api/whoami", callers.session("viewer")).expect(200);
    }

    @Test
    void placementPinsNeedTheirOwnScope() {
        String pinned = RunningPlatform.json(Map.of(
                "name", "pinned", "slug", "pinned", "backend", "simulator", "model_name", "m", "worker_id", "wrk_x"));
        Answer refused = platform.http.post(
                "/api/projects/acme/workloads",
                callers.minted("no-assignment token").credential(),
                pinned);
        assertThat(refused.status() + " " + refused.code()).isEqualTo("403 scope_insufficient");
        platform.http
                .post("/api/projects/acme/workloads", callers.minted("token").credential(), pinned)
                .expect(201);
    }

    private String bearer(String caller) {
        return switch (caller) {
            case "operator" -> platform.operator;
            case "owner", "admin", "developer", "viewer", "stranger" -> callers.session(caller);
            default -> callers.minted(caller).credential();
        };
    }

    private String ask(Row row, @Nullable String bearer) {
        String path = row.operation().substring(row.method().length() + 1).replace("{project}", "acme");
        path = path.replaceAll("\\{\\w+}", parameter(row.parameter()));
        boolean carriesBody = List.of("POST", "PUT", "PATCH").contains(row.method());
        String body = !carriesBody ? null : row.allowed().startsWith("404") ? "{}" : "{\"no_such_field\":1}";
        Answer answer = platform.http.send(row.method(), path, bearer, body);
        return (answer.status() + " " + answer.code()).trim();
    }

    private String parameter(String name) {
        return switch (name) {
            case "botid" -> botId;
            case "token" -> callers.minted("token").id();
            case "key" -> callers.minted("elsewhere").id();
            case "fresh" -> fresh();
            case "freshid" ->
                platform.http
                        .get("/api/projects/acme/workloads/" + fresh(), platform.operator)
                        .json()
                        .get("id")
                        .asString();
            default -> name;
        };
    }

    /** A workload to be deleted. */
    private String fresh() {
        String slug = "fresh-" + FRESH.incrementAndGet();
        platform.create("acme", Map.of("name", slug, "slug", slug, "backend", "simulator", "model_name", "m"));
        return slug;
    }
}
