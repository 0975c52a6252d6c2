package dev.inferencekey.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.credential.Redaction;
import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.contract.sse.SseEvent;
import dev.inferencekey.contract.sse.SseParser;
import dev.inferencekey.contract.workload.ReadinessPhase;
import dev.inferencekey.contract.workload.Slug;
import dev.inferencekey.contract.workload.TaskType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The fixtures agree with the vocabulary of this module, so that a typo in one of them can't become a second contract. */
class GoldenFixturesTest {
    private static final Set<String> CREATE_FIELDS = Set.of(
            "name",
            "slug",
            "description",
            "task_type",
            "backend",
            "model_name",
            "config",
            "worker_id",
            "gpu_resource_id",
            "execution_policy",
            "execution_policy_config");

    static List<String> jsonFiles() {
        return Golden.all().stream().filter(path -> path.endsWith(".json")).toList();
    }

    static List<String> createRequests() {
        return Golden.all().stream()
                .filter(path -> path.startsWith("control/workload-create") && path.endsWith(".request.json"))
                .toList();
    }

    static Stream<Map<String, @Nullable Object>> workloads() {
        return Stream.concat(
                Stream.of("workload", "workload-created", "workload-patched", "workload-sparse")
                        .map(name -> Golden.object("control/" + name + ".response.json")),
                Golden.table("control/workload-list.response.json").stream());
    }

    @ParameterizedTest
    @MethodSource("jsonFiles")
    void everyJsonFileIsOneJsonDocument(String path) {
        assertThat(Golden.parse(Golden.bytes(path))).isNotNull();
    }

    @Test
    void onlyTheCredentialVectorsCarryCredentials() {
        assertThat(Golden.all())
                .filteredOn(path -> Redaction.carriesCredential(new String(Golden.bytes(path), StandardCharsets.UTF_8)))
                .containsExactly("credentials.json");
    }

    @ParameterizedTest
    @MethodSource("createRequests")
    void createRequestsHaveTheirRequiredFieldsAndNoUnknownOnes(String path) {
        Map<String, @Nullable Object> request = Golden.object(path);

        assertThat(request).containsKeys("name", "backend", "model_name");
        assertThat(CREATE_FIELDS).containsAll(request.keySet());
        if (request.get("slug") instanceof String slug) {
            assertThat(Slug.isCanonical(slug)).isTrue();
        }
        if (request.get("task_type") instanceof String type) {
            assertThat(TaskType.fromWire(type)).isPresent();
        }
    }

    @ParameterizedTest
    @MethodSource("workloads")
    void workloadsHaveEveryFieldAndNeverAnEmptyText(Map<String, @Nullable Object> workload) {
        Set<String> expected = Stream.concat(
                        CREATE_FIELDS.stream(),
                        Stream.of(
                                "id",
                                "project_id",
                                "project_slug",
                                "workload_slug",
                                "created_at",
                                "updated_at",
                                "status",
                                "endpoint_url"))
                .collect(Collectors.toSet());

        assertThat(workload.keySet()).isEqualTo(expected);
        assertThat(workload).doesNotContainValue("");
        assertThat(workload.get("workload_slug")).isEqualTo(workload.get("slug"));
        assertThat(Golden.text(workload, "endpoint_url"))
                .endsWith("/endpoint/" + workload.get("project_slug") + "/" + workload.get("slug") + "/v1");
        assertThat(ReadinessPhase.fromWire(Golden.text(Golden.asObject(workload.get("status")), "phase")))
                .isPresent();
    }

    @Test
    void theWrappedListHoldsTheSameWorkloadsAsTheBareOne() {
        Object wrapped =
                Golden.object("control/workload-list-wrapped.response.json").get("workloads");

        assertThat(Objects.requireNonNull(wrapped)).isEqualTo(Golden.table("control/workload-list.response.json"));
    }

    @Test
    void theErrorsAreListedWithTheStatusAndShapeOfTheirCode() {
        for (Map<String, @Nullable Object> row : Golden.table("errors.json")) {
            ErrorCode code = ErrorCode.fromWire(Golden.text(row, "code")).orElseThrow();
            Map<String, @Nullable Object> body = Golden.object(Golden.text(row, "file"));
            assertThat(Golden.number(row, "status")).isEqualTo(code.status());
            if (row.get("plane") instanceof String plane && plane.equals("control")) {
                assertThat(body).containsEntry("error", code.wire());
                assertThat(body.get("message")).isInstanceOf(String.class);
            } else {
                Map<String, @Nullable Object> error = Golden.asObject(body.get("error"));
                assertThat(error).containsOnlyKeys("message", "type", "code", "param");
                assertThat(error).containsEntry("code", code.wire()).containsEntry("type", code.type());
            }
        }
    }

    @Test
    void everyErrorCodeAndEveryErrorFileIsListed() {
        List<Map<String, @Nullable Object>> errors = Golden.table("errors.json");

        assertThat(errors.stream().map(row -> row.get("code")).collect(Collectors.toSet()))
                .isEqualTo(Stream.of(ErrorCode.values()).map(ErrorCode::wire).collect(Collectors.toSet()));
        assertThat(errors.stream().map(row -> row.get("file")))
                .containsExactlyInAnyOrderElementsOf(Golden.all().stream()
                        .filter(path -> path.contains("/errors/"))
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"data/chat-stream.response.sse", "data/chat-stream-usage.response.sse"})
    void completeChatStreamsEndWithDone(String path) {
        List<SseEvent> events = new SseParser().feed(Golden.bytes(path));

        assertThat(events).extracting(SseEvent::type).containsOnly("message");
        assertThat(events.get(events.size() - 1).data()).isEqualTo("[DONE]");
        assertThat(contentOf(events.subList(0, events.size() - 1))).isEqualTo("Tu pedido llega mañana. 📦");
    }

    @Test
    void aStreamThatFailsEndsWithAnErrorAndNotWithDone() {
        List<SseEvent> events = new SseParser().feed(Golden.bytes("data/chat-stream-error.response.sse"));

        Map<String, @Nullable Object> last = json(events.get(events.size() - 1));
        assertThat(Golden.asObject(last.get("error"))).containsEntry("code", ErrorCode.UPSTREAM_ERROR.wire());
        assertThat(events).extracting(SseEvent::data).doesNotContain("[DONE]");
    }

    @Test
    void aCutOffStreamGivesTheWholeEventsBeforeTheCut() {
        List<SseEvent> events = new SseParser().feed(Golden.bytes("data/chat-stream-cut-off.response.sse"));

        assertThat(contentOf(events)).isEqualTo("Tu pedido llega");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ready", "error", "already-ready", "dropped", "crlf-and-named-events"})
    void readinessStreamsSayKnownPhasesAndOnlyTheDroppedOneDoesNotEnd(String name) {
        List<ReadinessPhase> phases = new SseParser()
                .feed(Golden.bytes("readiness/" + name + ".sse")).stream()
                        .map(event -> ReadinessPhase.fromWire(Golden.text(json(event), "phase"))
                                .orElseThrow())
                        .toList();

        assertThat(phases).isSorted();
        assertThat(phases.get(phases.size() - 1).isTerminal()).isEqualTo(!name.equals("dropped"));
        assertThat(phases.subList(0, phases.size() - 1)).noneMatch(ReadinessPhase::isTerminal);
    }

    private static Map<String, @Nullable Object> json(SseEvent event) {
        return Golden.asObject(Golden.parse(event.data().getBytes(StandardCharsets.UTF_8)));
    }

    private static String contentOf(List<SseEvent> chunks) {
        StringBuilder content = new StringBuilder();
        for (SseEvent event : chunks) {
            for (Map<String, @Nullable Object> choice :
                    Golden.asTable(json(event).get("choices"))) {
                if (Golden.asObject(choice.get("delta")).get("content") instanceof String text) {
                    content.append(text);
                }
            }
        }
        return content.toString();
    }
}
