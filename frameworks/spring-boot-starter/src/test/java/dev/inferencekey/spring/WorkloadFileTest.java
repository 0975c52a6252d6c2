package dev.inferencekey.spring;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.inferencekey.WorkloadSpec;
import dev.inferencekey.spring.InferenceKeyProperties.WorkloadSettings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.core.io.ByteArrayResource;

class WorkloadFileTest {
    private static final String BOT = "{name: Bot, slug: bot, backend: vllm, model: gemma}";

    @Test
    void readsDocumentsAndLists() {
        assertThat(read(BOT + "\n---\n- " + BOT + "\n- " + BOT)).hasSize(3);
        assertThat(read("[{\"name\": \"Bot\", \"slug\": \"bot\", \"backend\": \"vllm\", \"model\": \"gemma\"}]"))
                .hasSize(1);
    }

    @Test
    void readsEveryField() {
        WorkloadSpec spec = read("""
                        name: Bot
                        slug: bot
                        project: acme
                        backend: vllm
                        model_name: gemma
                        description: Answers customers.
                        command: vllm serve gemma
                        vllm_version: "0.12"
                        task_type: text2text
                        execution_policy: fixed
                        execution_policy_config: {replicas: 2}
                        worker_id: w1
                        gpu_resource_id: g1
                        config: {max_model_len: 8192, nested: {list: [1, two]}}
                        """).get(0);
        assertThat(spec.project()).contains("acme");
        assertThat(spec.toJson())
                .containsEntry("description", "Answers customers.")
                .containsEntry("model_name", "gemma")
                .containsEntry("task_type", "text2text")
                .containsEntry("execution_policy", "fixed")
                .containsEntry("execution_policy_config", Map.of("replicas", 2))
                .containsEntry("worker_id", "w1")
                .containsEntry("gpu_resource_id", "g1")
                .containsEntry(
                        "config",
                        Map.of(
                                "command",
                                "vllm serve gemma",
                                "vllm_version",
                                "0.12",
                                "max_model_len",
                                8192,
                                "nested",
                                Map.of("list", List.of(1, "two"))));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'slug: bot\nmodell: x' | declaration 1: unknown field \"modell\"; known are backend, command",
                "'slug: 7' | field \"slug\" must be text; put it in quotes",
                "'config: fast' | field \"config\" must hold fields of its own",
                "'{model: a, model_name: a}' | keep one",
                "'just text' | must be a set of fields",
                "'slug: bot\nslug: bot' | duplicate key slug",
                "'name: [' | line 1",
                "'# nothing' | nothing is declared here",
                "'- {name: Bot, slug: bot, backend: vllm, model: m}\n- {slug: bot}' | declaration 2: ",
                "'slug: !!java.util.Date x' | java.util.Date"
            })
    void saysWhatIsWrongAndWhere(String yaml, String message) {
        assertThatExceptionOfType(StartupFailure.class)
                .isThrownBy(() -> read(yaml.translateEscapes()))
                .withMessageContaining("workloads.yaml")
                .withMessageContaining(message)
                .satisfies(failure -> assertThat(failure.action()).contains("ik ensure"));
    }

    @Test
    void readsPropertiesWithTheSlugForAName() {
        WorkloadSpec spec = DeclaredWorkload.read(
                "bot", new WorkloadSettings(null, "gemma", "vllm", null, null, "vllm serve", " "));
        assertThat(spec.name()).isEqualTo("bot");
        assertThat(spec.toJson())
                .containsEntry("config", Map.of("command", "vllm serve"))
                .doesNotContainKey("task_type");
        assertThatExceptionOfType(StartupFailure.class)
                .isThrownBy(() ->
                        DeclaredWorkload.read("bot", new WorkloadSettings(null, "gemma", null, null, null, null, null)))
                .withMessageContaining("inferencekey.ensure.workloads.bot: ")
                .withMessageContaining("backend must not be empty");
    }

    private static List<WorkloadSpec> read(String yaml) {
        return WorkloadFile.read(new ByteArrayResource(yaml.getBytes(UTF_8), "workloads.yaml"));
    }
}
