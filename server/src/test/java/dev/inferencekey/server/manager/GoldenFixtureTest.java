package dev.inferencekey.server.manager;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.error.ErrorCode;
import dev.inferencekey.contract.workload.JsonValues;
import dev.inferencekey.server.domain.project.Project;
import dev.inferencekey.server.manager.ApiClient.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The published wire shapes, as every side of the wire reads them. */
@Tag("slow")
class GoldenFixtureTest {
    private final TestManager manager = new TestManager();
    private final Project acme = manager.project("acme");
    private final ApiClient token = manager.as(manager.token(acme));

    @AfterEach
    void stop() {
        manager.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "workload-create",
                "workload-create-minimal",
                "workload-create-nulls",
                "workload-create-llamacpp",
                "workload-create-external",
                "workload-create-scheduled-cron",
                "workload-create-scheduled-window",
                "workload-create-autoscaling-cloud",
                "workload-create-autoscaling-private"
            })
    void everyPublishedCreationIsTakenAndComesBackAsItWasSent(String name) {
        Map<String, @Nullable Object> sent = object("control/" + name + ".request.json");

        Reply created = token.send("POST", "/api/projects/acme/workloads", text("control/" + name + ".request.json"))
                .expect(201);

        sent.forEach((field, value) -> {
            if (value != null) {
                assertThat(JsonValues.equal(created.json().get(field), value))
                        .as("%s: %s", field, created.json().get(field))
                        .isTrue();
            }
        });
        assertThat(created.json().keySet()).isEqualTo(fieldsOf("control/workload-created.response.json"));
        assertThat(ApiClient.asObject(created.json().get("status")).keySet())
                .isEqualTo(ApiClient.asObject(
                                object("control/workload-created.response.json").get("status"))
                        .keySet());
    }

    @ParameterizedTest
    @ValueSource(strings = {"workload-patch", "workload-patch-policy"})
    void everyPublishedChangeIsTaken(String name) {
        token.send("POST", "/api/projects/acme/workloads", text("control/workload-create.request.json"))
                .expect(201);

        Reply changed = token.send(
                        "PATCH", "/api/projects/acme/workloads/support-bot", text("control/" + name + ".request.json"))
                .expect(200);

        object("control/" + name + ".request.json")
                .forEach((field, value) -> assertThat(
                                JsonValues.equal(changed.json().get(field), value))
                        .as(field)
                        .isTrue());
    }

    @Test
    void theEmptyListIsTheEmptyArray() {
        assertThat(token.get("/api/projects/acme/workloads").body())
                .isEqualTo(text("control/workload-list-empty.response.json").strip());
    }

    @Test
    void everyErrorOfThisPlaneHasThePublishedStatus() {
        List<Map<String, @Nullable Object>> errors =
                ApiClient.asObjects(ApiClient.JSON.readValue(text("errors.json"), Object.class));
        assertThat(errors)
                .filteredOn(error -> "control".equals(error.get("plane")))
                .allSatisfy(error -> {
                    ErrorCode code = ErrorCode.fromWire(String.valueOf(error.get("code")))
                            .orElseThrow();
                    assertThat(code.status()).isEqualTo(error.get("status"));
                });
    }

    @Test
    void errorsLookAsPublishedPlusTheRequestsId() {
        Reply notFound = token.get("/api/projects/acme/workloads/support-bot").expect(404);
        Map<String, @Nullable Object> golden = object("control/errors/workload-not-found.response.json");

        assertThat(notFound.json()).containsAllEntriesOf(golden);
        assertThat(notFound.json().keySet()).containsExactly("error", "message", "request_id");
    }

    private static Set<String> fieldsOf(String file) {
        return object(file).keySet();
    }

    private static Map<String, @Nullable Object> object(String file) {
        return ApiClient.asObject(ApiClient.JSON.readValue(text(file), Object.class));
    }

    private static String text(String file) {
        try (InputStream in = GoldenFixtureTest.class.getResourceAsStream("/golden/" + file)) {
            if (in == null) {
                throw new IllegalStateException(file + " is not on the class path");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
