package dev.inferencekey.server.domain.workload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.server.domain.InvalidFieldException;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a declaration or a patch changes of a workload that is there. */
final class WorkloadChangeTest {
    @Test
    void findsThatARepeatedDeclarationAsksForWhatIsThere() {
        Map<String, @Nullable Object> body = WorkloadRulesTest.minimal();
        body.put("config", new LinkedHashMap<>(Map.of("ttft_ms", 5, "failure_rate", 0.5)));
        Workload live =
                WorkloadRules.declaration(body).create("wl_1", WorkloadRulesTest.ACME, "bot", WorkloadRulesTest.NOW);

        body.put("config", Map.of("failure_rate", new BigDecimal("0.50"), "ttft_ms", 5L));
        assertThat(WorkloadRules.declaration(body).asksFor(live)).isTrue();
        assertThat(WorkloadRules.declaration(WorkloadRulesTest.minimal()).asksFor(live))
                .isTrue();

        body.put("task_type", "omni");
        assertThat(WorkloadRules.declaration(body).asksFor(live)).isFalse();
        body.remove("task_type");
        body.put("description", "new");
        assertThat(WorkloadRules.declaration(body).asksFor(live)).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"task_type,embedding", "slug,other"})
    void refusesToChangeWhatIsFixed(String field, String value) {
        WorkloadPatch patch = WorkloadRules.patch(Map.of(field, value));

        assertThatThrownBy(() -> patch.applyTo(live(), WorkloadRulesTest.NOW))
                .isInstanceOfSatisfying(
                        InvalidFieldException.class, e -> assertThat(e.field()).isEqualTo(field))
                .hasMessageContaining("cannot be changed");
    }

    @Test
    void whatIsFixedMayBeSentAsItIs() {
        Workload live = live();

        assertThat(WorkloadRules.patch(Map.of("slug", " Bot ", "task_type", "text2text"))
                        .applyTo(live, WorkloadRulesTest.NOW.plusSeconds(5)))
                .isSameAs(live);
    }

    @Test
    void changesNothingAndKeepsTheTimeWhenThePatchAsksForWhatIsThere() {
        Workload live = live();

        assertThat(WorkloadRules.patch(Map.of()).applyTo(live, WorkloadRulesTest.NOW.plusSeconds(5)))
                .isSameAs(live);
        assertThat(WorkloadRules.patch(Map.of("name", "Bot", "config", Map.of("ttft_ms", 5.0)))
                        .applyTo(live, WorkloadRulesTest.NOW.plusSeconds(5)))
                .isSameAs(live);
        assertThat(WorkloadRules.patch(nulls()).applyTo(live, WorkloadRulesTest.NOW))
                .isSameAs(live);
    }

    static Stream<Arguments> patches() {
        return Stream.of(
                Arguments.of(Map.of("name", "Other"), 1L),
                Arguments.of(Map.of("description", "Other"), 1L),
                Arguments.of(Map.of("execution_policy", "fixed"), 1L),
                Arguments.of(Map.of("execution_policy_config", Map.of("replicas", 3)), 1L),
                Arguments.of(Map.of("model_name", "other"), 2L),
                Arguments.of(Map.of("config", Map.of("ttft_ms", 6)), 2L),
                Arguments.of(Map.of("config", Map.of()), 2L),
                Arguments.of(Map.of("worker_id", "wrk_9"), 2L),
                Arguments.of(Map.of("gpu_resource_id", ""), 2L),
                Arguments.of(Map.of("backend", "ollama", "config", Map.of(), "name", "Other"), 2L));
    }

    @ParameterizedTest
    @MethodSource("patches")
    void countsARevisionOnlyWhenWhatRunsChanges(Map<String, Object> patch, long revision) {
        Workload changed = WorkloadRules.patch(patch).applyTo(live(), WorkloadRulesTest.NOW.plusSeconds(5));

        assertThat(changed.revision()).isEqualTo(revision);
        assertThat(changed.updatedAt()).isEqualTo(WorkloadRulesTest.NOW.plusSeconds(5));
        assertThat(changed.createdAt()).isEqualTo(WorkloadRulesTest.NOW);
        assertThat(changed.slug()).isEqualTo("bot");
    }

    @Test
    void clearsOptionalTextsWithAnEmptyOne() {
        Workload changed = WorkloadRules.patch(Map.of("description", "", "gpu_resource_id", ""))
                .applyTo(live(), WorkloadRulesTest.NOW);

        assertThat(changed.description()).isNull();
        assertThat(changed.gpuResourceId()).isNull();
    }

    @Test
    void tellsWhetherThePlaceChanges() {
        assertThat(WorkloadRules.patch(Map.of("gpu_resource_id", "gpu_1")).changesPlacement(live()))
                .isFalse();
        assertThat(WorkloadRules.patch(Map.of("gpu_resource_id", "gpu_2")).changesPlacement(live()))
                .isTrue();
        assertThat(WorkloadRules.patch(Map.of("gpu_resource_id", "")).changesPlacement(live()))
                .isTrue();
        assertThat(WorkloadRules.patch(Map.of("worker_id", "")).changesPlacement(live()))
                .isFalse();
        assertThat(WorkloadRules.patch(Map.of("name", "x")).changesPlacement(live()))
                .isFalse();
    }

    @Test
    void refusesAPatchThatLeavesTheWholeInvalid() {
        assertThatThrownBy(() -> WorkloadRules.patch(Map.of("backend", "llamacpp", "config", Map.of()))
                        .applyTo(live(), WorkloadRulesTest.NOW))
                .isInstanceOfSatisfying(
                        InvalidFieldException.class, e -> assertThat(e.field()).isEqualTo("config.command"));
        assertThatThrownBy(() -> WorkloadRules.patch(Map.of("name", " "))).hasMessage("name must not be empty");
        assertThatThrownBy(() -> WorkloadRules.patch(Map.of("backend", "vlm"))).hasMessageContaining("unknown backend");
    }

    @Test
    void saysThatAConfigMustComeAlongWithAPolicyOfAnotherKind() {
        Workload live = WorkloadRules.patch(Map.of("execution_policy_config", Map.of("replicas", 3)))
                .applyTo(live(), WorkloadRulesTest.NOW);

        assertThatThrownBy(() -> WorkloadRules.patch(Map.of("execution_policy", "autoscaling"))
                        .applyTo(live, WorkloadRulesTest.NOW))
                .isInstanceOfSatisfying(
                        InvalidFieldException.class,
                        e -> assertThat(e.field()).isEqualTo("execution_policy_config.replicas"))
                .hasMessageContaining("send a new one along");
        assertThat(WorkloadRules.patch(Map.of(
                                "execution_policy", "autoscaling", "execution_policy_config", Map.of("max_workers", 2)))
                        .applyTo(live, WorkloadRulesTest.NOW)
                        .executionPolicy())
                .isEqualTo("autoscaling");
    }

    private static Map<String, @Nullable Object> nulls() {
        Map<String, @Nullable Object> body = new HashMap<>();
        Arrays.asList("name", "slug", "task_type", "description", "backend", "config", "worker_id")
                .forEach(field -> body.put(field, null));
        return body;
    }

    private static Workload live() {
        Map<String, @Nullable Object> body = WorkloadRulesTest.minimal();
        body.put("description", "helps");
        body.put("gpu_resource_id", "gpu_1");
        body.put("config", Map.of("ttft_ms", 5));
        return WorkloadRules.declaration(body).create("wl_1", WorkloadRulesTest.ACME, "bot", WorkloadRulesTest.NOW);
    }
}
