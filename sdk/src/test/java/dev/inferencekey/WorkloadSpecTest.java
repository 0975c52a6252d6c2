package dev.inferencekey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.inferencekey.contract.workload.JsonValues;
import dev.inferencekey.contract.workload.TaskType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class WorkloadSpecTest {
    @Test
    void sendsEveryFieldUnderItsWireName() {
        WorkloadSpec spec = Clients.spec()
                .description("Answers tickets before a person does")
                .taskType(TaskType.TEXT2TEXT)
                .command("vllm serve google/gemma-4-26b --max-model-len 8192 --gpu-memory-utilization 0.92")
                .vllmVersion("0.11.0")
                .workerId("wrk_7c1f")
                .gpuResourceId("gpu_0")
                .executionPolicy("fixed")
                .executionPolicyConfig(Map.of("replicas", 1))
                .build();

        assertThat(JsonValues.equal(spec.toJson(), Golden.object("control/workload-create.request.json")))
                .as("%s", spec)
                .isTrue();
    }

    @Test
    void sendsNothingThatIsNotSet() {
        assertThat(Clients.spec().build().toJson()).containsOnlyKeys("name", "slug", "backend", "model_name");
    }

    @Test
    void hasNoEqualButTheSameDeclaration() {
        assertThat(Clients.spec().build())
                .isEqualTo(Clients.spec().build())
                .hasSameHashCodeAs(Clients.spec().build());
        assertThat(Clients.spec().build())
                .isNotEqualTo(Clients.spec().model("other").build());
        assertThat(Clients.spec().build())
                .isNotEqualTo(Clients.spec().project("other").build());
    }

    @Test
    void makesTheSlugCanonical() {
        assertThat(Clients.spec()
                        .slug("Gemma 4 26B (llama.cpp) on R9700")
                        .build()
                        .slug())
                .isEqualTo("gemma-4-26b-llama-cpp-on-r9700");
    }

    static List<Object[]> missing() {
        return List.of(
                new Object[] {"name", (UnaryOperator<WorkloadSpec.Builder>) b -> b.name("  ")},
                new Object[] {"slug", (UnaryOperator<WorkloadSpec.Builder>) b -> b.slug("")},
                new Object[] {"model", (UnaryOperator<WorkloadSpec.Builder>) b -> b.model("\t")},
                new Object[] {"backend", (UnaryOperator<WorkloadSpec.Builder>) b -> b.backend("")},
                new Object[] {"worker_id", (UnaryOperator<WorkloadSpec.Builder>) b -> b.workerId("")},
                new Object[] {"gpu_resource_id", (UnaryOperator<WorkloadSpec.Builder>) b -> b.gpuResourceId(" ")},
                new Object[] {"command", (UnaryOperator<WorkloadSpec.Builder>) b -> b.command(" ")},
                new Object[] {"vllm_version", (UnaryOperator<WorkloadSpec.Builder>) b -> b.vllmVersion(" ")},
                new Object[] {"execution_policy", (UnaryOperator<WorkloadSpec.Builder>) b -> b.executionPolicy("")});
    }

    @ParameterizedTest
    @MethodSource("missing")
    void refusesBlankFields(String field, UnaryOperator<WorkloadSpec.Builder> change) {
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> change.apply(Clients.spec()).build())
                .withMessage("validation error: " + field + " must not be empty");
    }

    @Test
    void refusesAnEmptyBuilder() {
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> WorkloadSpec.builder().build())
                .withMessage("validation error: name must not be empty");
    }

    @ParameterizedTest
    @ValueSource(strings = {"¿¡", "---", "日本"})
    void refusesASlugOfWhichNothingIsLeft(String slug) {
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> Clients.spec().slug(slug).build())
                .withMessage("validation error: slug must contain a letter a-z or a digit");
    }

    @Test
    void refusesAnUnknownTaskTypeAndNamesTheKnownOnes() {
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> Clients.spec().taskType("text2smell").build())
                .withMessageContainingAll("task_type must be one of", "text2text", "embedding", "reranker");
    }

    static List<UnaryOperator<WorkloadSpec.Builder>> places() {
        String secret = Clients.KEY;
        return List.of(
                b -> b.name(secret),
                b -> b.slug(secret),
                b -> b.model(secret),
                b -> b.backend("ik_sdk_whatever"),
                b -> b.project(secret),
                b -> b.description(secret),
                b -> b.command(secret),
                b -> b.command("serve --api-key " + secret),
                b -> b.vllmVersion(secret),
                b -> b.taskType(secret),
                b -> b.executionPolicy(secret),
                b -> b.workerId(secret),
                b -> b.gpuResourceId(secret),
                b -> b.config(Map.of("key", secret)),
                b -> b.config(Map.of("env", List.of(Map.of("name", "KEY", "value", " " + secret)))),
                b -> b.config(Map.of(secret, 1)),
                b -> b.executionPolicyConfig(Map.of("workers", Map.of("private_worker_ids", List.of(secret)))));
    }

    @ParameterizedTest
    @MethodSource("places")
    void refusesSecretsEverywhere(UnaryOperator<WorkloadSpec.Builder> change) {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> change.apply(Clients.spec()).build())
                .withMessageStartingWith("configuration error: secrets must never go in specs")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain(Clients.SECRET));
    }

    @Test
    void putsCommandAndVersionIntoConfigBesideWhatIsThere() {
        WorkloadSpec spec = Clients.spec()
                .config(Map.of("env", Map.of("A", "1"), "command", "serve"))
                .command("serve")
                .vllmVersion("0.11.0")
                .build();

        assertThat(spec.toJson().get("config"))
                .isEqualTo(Map.of("env", Map.of("A", "1"), "command", "serve", "vllm_version", "0.11.0"));
    }

    @Test
    void refusesACommandThatContradictsConfig() {
        assertThatExceptionOfType(ConfigurationException.class)
                .isThrownBy(() -> Clients.spec()
                        .config(Map.of("command", "one"))
                        .command("other")
                        .build())
                .withMessage("configuration error: config already has another command");
    }

    @Test
    void isNotChangedByLaterChangesOfWhatItWasGiven() {
        Map<String, Object> inner = new HashMap<>(Map.of("a", 1));
        Map<String, Object> config = new HashMap<>(Map.of("inner", inner));
        WorkloadSpec spec = Clients.spec().config(config).build();

        inner.put("b", 2);
        config.clear();

        assertThat(spec.toJson().get("config")).isEqualTo(Map.of("inner", Map.of("a", 1)));
        assertThatExceptionOfType(UnsupportedOperationException.class)
                .isThrownBy(() -> spec.toJson().clear());
    }

    @Test
    void refusesWhatIsNoJson() {
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> Clients.spec()
                        .config(Map.of("list", List.of(1, new Object())))
                        .build())
                .withMessageContaining("config.list[1] must be made of Map, List, String");
        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> Clients.spec().config(Map.of("x", Double.NaN)).build())
                .withMessageContaining("config.x must be a finite number");
    }

    @Test
    void refusesAConfigThatContainsItself() {
        Map<String, Object> circle = new HashMap<>();
        List<Object> list = new ArrayList<>();
        list.add(circle);
        circle.put("again", list);

        assertThatExceptionOfType(ValidationException.class)
                .isThrownBy(() -> Clients.spec().config(circle).build())
                .withMessageContaining("nested deeper than 100 levels");
    }
}
