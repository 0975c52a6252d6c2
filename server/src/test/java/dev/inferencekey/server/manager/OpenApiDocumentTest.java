package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.server.domain.access.Action;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import dev.inferencekey.server.manager.http.Answer;
import dev.inferencekey.server.manager.http.EndpointAddress;
import dev.inferencekey.server.manager.http.Route;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

@Tag("slow")
class OpenApiDocumentTest {
    private static final TestManager MANAGER = new TestManager();
    private static final JsonNode DOCUMENT = ApiClient.JSON.readTree(OpenApiCheck.document());

    @AfterAll
    static void stop() {
        MANAGER.close();
    }

    /** One operation: what it is and what must be the same in code and document. */
    private record Operation(String method, String path, String action, Set<String> query) {}

    @Test
    void everyRouteIsInTheDocumentWithTheSameActionAndQueryAndNothingElseIs() {
        Set<Operation> served = routes().stream()
                .map(route -> new Operation(
                        route.method(), route.path(), route.action().name(), new TreeSet<>(route.query())))
                .collect(Collectors.toSet());

        Set<Operation> described = new HashSet<>();
        DOCUMENT.get("paths").properties().forEach(path -> {
            if (!path.getKey().startsWith("/endpoint/")) {
                path.getValue().properties().forEach(operation -> described.add(operation(path.getKey(), operation)));
            }
        });

        assertThat(described).isEqualTo(served);
    }

    @Test
    void everyDataPlaneRouteIsInTheDocumentAndNothingElseIs() {
        Set<String> served = Arrays.stream(InferenceRoute.values())
                .map(route -> route.method() + " /endpoint/{project}/{workload}/" + route.path())
                .collect(Collectors.toSet());

        Set<String> described = new TreeSet<>();
        DOCUMENT.get("paths").properties().forEach(path -> {
            if (path.getKey().startsWith("/endpoint/")) {
                path.getValue().properties().forEach(operation -> {
                    assertThat(operation.getValue().get("x-action").asString()).isEqualTo(Action.INFERENCE_CALL.name());
                    described.add(operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey());
                });
            }
        });

        assertThat(described).isEqualTo(served);
    }

    @Test
    void itNamesEveryErrorCodeAndTaskType() {
        assertThat(texts(DOCUMENT.at("/components/schemas/ErrorCode/enum")))
                .containsExactlyInAnyOrder(
                        Arrays.stream(ErrorCode.values()).map(ErrorCode::wire).toArray(String[]::new));
        assertThat(texts(DOCUMENT.at("/components/schemas/TaskType/enum")))
                .containsExactlyInAnyOrder(
                        Arrays.stream(TaskType.values()).map(TaskType::wire).toArray(String[]::new));
    }

    @Test
    void everyOperationHasAnIdOfItsOwnASummaryAndCodesThatFitItsStatuses() {
        TreeMap<String, String> ids = new TreeMap<>();
        DOCUMENT.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    JsonNode what = operation.getValue();
                    String name = operation.getKey() + " " + path.getKey();
                    assertThat(ids.put(what.get("operationId").asString(), name))
                            .as(name)
                            .isNull();
                    assertThat(what.get("summary").asString()).as(name).isNotBlank();
                    Set<String> statuses = texts(what.get("x-error-codes")).stream()
                            .map(code -> Integer.toString(
                                    ErrorCode.fromWire(code).orElseThrow().status()))
                            .collect(Collectors.toCollection(TreeSet::new));
                    Set<String> described = what.get("responses").properties().stream()
                            .map(response -> response.getKey())
                            .filter(status -> !status.startsWith("2"))
                            .collect(Collectors.toCollection(TreeSet::new));
                    assertThat(described).as(name).isEqualTo(statuses);
                }));
    }

    @Test
    void itIsServedToAnyone() {
        ApiClient.Reply reply = MANAGER.api.unchecked().get("/openapi.json").expect(200);

        assertThat(reply.header("Content-Type")).contains("application/json");
        assertThat(ApiClient.JSON.readTree(reply.body())).isEqualTo(DOCUMENT);
    }

    @Test
    void theCheckOfTheseTestsNoticesWhatIsNotDescribed() {
        ApiClient.Reply reply = MANAGER.asOperator().get("/api/whoami").expect(200);
        ApiClient.Reply extra = new ApiClient.Reply(200, reply.headers(), "{\"kind\":\"operator\",\"extra\":1}");
        ApiClient.Reply lacking = new ApiClient.Reply(403, reply.headers(), "{\"error\":\"nonsense\"}");

        assertThatThrownBy(() ->
                        OpenApiCheck.check("GET", "/api/whoami", Map.of("Authorization", "Bearer x"), null, "", extra))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> OpenApiCheck.check("GET", "/api/whoami", Map.of(), null, "", lacking))
                .isInstanceOf(AssertionError.class);
        assertThatThrownBy(() -> OpenApiCheck.check(
                        "GET",
                        "/api/projects?limit=0",
                        Map.of("Authorization", "Bearer x"),
                        null,
                        "",
                        new ApiClient.Reply(200, reply.headers(), "[]")))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void aRouteWithoutAnActionOrWithTheWrongResourceCanNotBeMade() {
        assertThatThrownBy(() -> Route.platform("GET", "/api/x", nothing(), exchange -> Answer.noContent()))
                .isInstanceOf(NullPointerException.class)
                .hasMessageContaining("action");
        assertThatThrownBy(() -> Route.platform(
                        "GET", "/api/projects/{project}/x", Action.PROJECT_READ, exchange -> Answer.noContent()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Route.project("GET", "/api/x", Action.PROJECT_READ, exchange -> Answer.noContent()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @SuppressWarnings("NullAway") // the point of the test
    private static Action nothing() {
        return null;
    }

    static List<Route> routes() {
        return MANAGER.plane.routes(new ManagerConfig(
                TestManager.INTERNAL_SECRET,
                MANAGER.operator.digest(),
                EndpointAddress.SHARED,
                Duration.ofSeconds(1),
                null));
    }

    private static Operation operation(String path, Map.Entry<String, JsonNode> operation) {
        JsonNode what = operation.getValue();
        Set<String> query = new TreeSet<>();
        for (JsonNode parameter : what.path("parameters")) {
            String name = parameter.get("$ref").asString().replace("#/components/parameters/", "");
            JsonNode described = DOCUMENT.at("/components/parameters/" + name);
            if (described.get("in").asString().equals("query")) {
                query.add(described.get("name").asString());
            }
        }
        return new Operation(
                operation.getKey().toUpperCase(Locale.ROOT),
                path,
                what.get("x-action").asString(),
                query);
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::asString).toList();
    }
}
