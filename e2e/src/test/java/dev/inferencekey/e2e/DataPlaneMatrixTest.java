package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.e2e.Callers.DataCaller;
import dev.inferencekey.e2e.Http.Answer;
import dev.inferencekey.server.domain.inference.InferenceRoute;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Every route of the data plane, asked for by every kind of caller, on a workload of every type. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DataPlaneMatrixTest {
    private RunningPlatform platform;
    private Callers callers;
    private String video = "";

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        platform = RunningPlatform.start(temp);
        platform.createProject("acme");
        platform.createProject("other");
        for (TaskType type : TaskType.values()) {
            platform.createSimulated(
                    "acme", slug(type), type.wire(), Map.of("ttft_ms", 0, "tokens_per_second", 10_000));
        }
        callers = Callers.mint(platform);
        String key = callers.data(DataCaller.PROJECT_WIDE_KEY, slug(servingType(InferenceRoute.VIDEO)));
        video = call(InferenceRoute.VIDEOS, "acme", slug(servingType(InferenceRoute.VIDEO)), key)
                .expect(200)
                .json()
                .get("id")
                .asString();
    }

    @AfterAll
    void stop() {
        platform.close();
    }

    /** Whose credential is good, of either plane, and nobody ask every route; the others ask one of each method and kind of body. */
    static Stream<Arguments> routesAndCallers() {
        Map<List<Object>, InferenceRoute> kinds = new LinkedHashMap<>();
        for (InferenceRoute route : InferenceRoute.values()) {
            kinds.putIfAbsent(List.of(route.method(), route.body()), route);
        }
        return Arrays.stream(InferenceRoute.values())
                .flatMap(route -> Arrays.stream(DataCaller.values())
                        .filter(caller -> kinds.containsValue(route) || caller.asksEveryRoute())
                        .map(caller -> Arguments.of(route, caller)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("routesAndCallers")
    void aRouteAnswersEachCallerAsTheContractSays(InferenceRoute route, DataCaller caller) {
        TaskType type = servingType(route);
        Answer answer = call(route, "acme", slug(type), callers.data(caller, slug(type)));
        assertThat(answer.status() + " " + answer.code()).as(answer.body()).isEqualTo(caller.expected());
    }

    @ParameterizedTest
    @EnumSource(DataCaller.class)
    void aWorkloadThatDoesNotExistTellsOnlyThoseWhoMayKnow(DataCaller caller) {
        Answer answer =
                call(InferenceRoute.CHAT_COMPLETIONS, "acme", "ghost", callers.data(caller, slug(TaskType.TEXT2TEXT)));
        String expected = switch (caller) {
            case PROJECT_WIDE_KEY -> "404 workload_not_found";
            case RIGHT_KEY -> "403 scope_insufficient";
            default -> caller.expected();
        };
        assertThat(answer.status() + " " + answer.code()).as(answer.body()).isEqualTo(expected);
    }

    @ParameterizedTest
    @EnumSource(DataCaller.class)
    void aProjectThatDoesNotExistLooksLikeAForeignOne(DataCaller caller) {
        Answer answer =
                call(InferenceRoute.CHAT_COMPLETIONS, "ghost", "bot", callers.data(caller, slug(TaskType.TEXT2TEXT)));
        boolean genuine = caller.expected().startsWith("200") || caller == DataCaller.OTHER_WORKLOADS_KEY;
        assertThat(answer.status() + " " + answer.code())
                .as(answer.body())
                .isEqualTo(genuine ? "403 project_scope_mismatch" : caller.expected());
    }

    @ParameterizedTest
    @EnumSource(TaskType.class)
    void aRouteThatTheTypeDoesNotServeIsRefusedNamingTheOnesItDoes(TaskType type) {
        String key = callers.data(DataCaller.PROJECT_WIDE_KEY, slug(type));
        for (InferenceRoute route : InferenceRoute.values()) {
            if (!route.servedBy(type)) {
                Answer answer = call(route, "acme", slug(type), key);
                assertThat(answer.status() + " " + answer.code())
                        .as("%s %s", type, route)
                        .isEqualTo("404 route_not_served");
                assertThat(answer.body()).contains("v1/models");
            }
        }
        for (String path : new String[] {"jobs", "v1/unknown", "v1/models/a/b", "health", "slots", "v1/../health"}) {
            Answer answer = platform.http.post("/endpoint/acme/" + slug(type) + "/" + path, key, "{}");
            assertThat(answer.status()).as(path).isIn(400, 404);
        }
    }

    private Answer call(InferenceRoute route, String project, String workload, @Nullable String bearer) {
        String path = "/endpoint/" + project + "/" + workload + "/"
                + route.path().replace("{model}", workload).replace("{video}", video);
        if (route.body() == InferenceRoute.Body.NONE) {
            return platform.http.send(route.method(), path, bearer, null);
        }
        if (route.body() == InferenceRoute.Body.JSON_OR_MULTIPART) {
            return platform.http.send(
                    route.method(), path, bearer, "multipart/form-data; boundary=cut", multipart(workload));
        }
        return platform.http.send(route.method(), path, bearer, body(route, workload));
    }

    private static String body(InferenceRoute route, String model) {
        return switch (route) {
            case CHAT_COMPLETIONS ->
                "{\"model\":\"%s\",\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}]}".formatted(model);
            case COMPLETIONS -> "{\"model\":\"%s\",\"prompt\":\"Hi\"}".formatted(model);
            case RERANK, RERANK_V2, RERANK_UNVERSIONED ->
                "{\"model\":\"%s\",\"query\":\"a\",\"documents\":[\"a\",\"b\"]}".formatted(model);
            case IMAGES_GENERATIONS -> "{\"model\":\"%s\",\"prompt\":\"a cat\"}".formatted(model);
            case RESPONSES -> "{\"model\":\"%s\",\"input\":\"Hi\"}".formatted(model);
            case SCORE -> "{\"model\":\"%s\",\"text_1\":\"a\",\"text_2\":[\"a\",\"b\"]}".formatted(model);
            case FORECAST -> "{\"id\":\"1\",\"target\":[1,2,3],\"horizon\":2}";
            default -> "{\"model\":\"%s\",\"input\":\"Hi\",\"prompt\":\"Hi\",\"voice\":\"a\"}".formatted(model);
        };
    }

    private static byte[] multipart(String model) {
        return """
                --cut\r
                Content-Disposition: form-data; name="model"\r
                \r
                %s\r
                --cut\r
                Content-Disposition: form-data; name="prompt"\r
                \r
                a cat\r
                --cut\r
                Content-Disposition: form-data; name="file"; filename="a.bin"\r
                Content-Type: application/octet-stream\r
                \r
                bytes\r
                --cut--\r
                """.formatted(model).getBytes(StandardCharsets.UTF_8);
    }

    private static TaskType servingType(InferenceRoute route) {
        return Arrays.stream(TaskType.values())
                .filter(route::servedBy)
                .findFirst()
                .orElseThrow();
    }

    private static String slug(TaskType type) {
        return "sim-" + type.wire();
    }
}
