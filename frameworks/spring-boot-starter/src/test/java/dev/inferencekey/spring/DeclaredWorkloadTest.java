package dev.inferencekey.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.inferencekey.WorkloadSpec;
import dev.inferencekey.spring.InferenceKeyProperties.WorkloadSettings;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;

class DeclaredWorkloadTest {
    @Test
    void readsPropertiesWithTheSlugForAName() {
        WorkloadSpec spec = DeclaredWorkload.read(
                "bot", new WorkloadSettings(null, "gemma", "vllm", null, null, "vllm serve", " "));
        assertThat(spec.name()).isEqualTo("bot");
        assertThat(spec.toJson())
                .containsEntry("config", Map.of("command", "vllm serve"))
                .doesNotContainKey("task_type");
    }

    @Test
    void readsEverySetting() {
        WorkloadSpec spec = DeclaredWorkload.read(
                "bot", new WorkloadSettings("Bot", "gemma", "vllm", "acme", "Answers.", null, "embedding"));
        assertThat(spec.project()).contains("acme");
        assertThat(spec.toJson())
                .containsEntry("name", "Bot")
                .containsEntry("model_name", "gemma")
                .containsEntry("backend", "vllm")
                .containsEntry("description", "Answers.")
                .containsEntry("task_type", "embedding");
    }

    @Test
    void saysWhichSettingIsMissing() {
        assertThatExceptionOfType(StartupFailure.class)
                .isThrownBy(() ->
                        DeclaredWorkload.read("bot", new WorkloadSettings(null, "gemma", null, null, null, null, null)))
                .withMessageContaining("inferencekey.ensure.workloads.bot: ")
                .withMessageContaining("backend must not be empty");
    }

    @Test
    void saysWhichVariableASettingMissesAndLeavesCommandsToTheShell() {
        assertThatExceptionOfType(StartupFailure.class)
                .isThrownBy(() -> DeclaredWorkload.read(
                        "bot", new WorkloadSettings(null, "${CHOSEN}", "vllm", null, null, null, null)))
                .withMessageContaining("inferencekey.ensure.workloads.bot.model")
                .withMessageContaining("nothing sets CHOSEN");
        assertThat(DeclaredWorkload.read(
                                "bot", new WorkloadSettings(null, "gemma", "vllm", null, null, "serve ${DIR}", null))
                        .toJson())
                .containsEntry("config", Map.of("command", "serve ${DIR}"));
    }

    @Test
    void takesDeclarationsOfTheClassPathIntoANativeImage() {
        RuntimeHints hints = new RuntimeHints();
        new WorkloadFileHints().registerHints(hints, null);
        assertThat(RuntimeHintsPredicates.resource().forResource("inferencekey/workloads.yaml"))
                .accepts(hints);
        assertThat(RuntimeHintsPredicates.resource().forResource("application.yaml"))
                .rejects(hints);
    }
}
