package dev.inferencekey.contract.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class WireNamesTest {
    @Test
    void taskTypesAreThePublishedOnes() {
        assertThat(Arrays.stream(TaskType.values()).map(TaskType::wire))
                .containsExactly(
                        "text2text",
                        "embedding",
                        "text2image",
                        "text2video",
                        "text2audio",
                        "image2image",
                        "image2video",
                        "audio2text",
                        "omni",
                        "reranker",
                        "classification",
                        "reward",
                        "forecast");
        assertThat(TaskType.DEFAULT.wire()).isEqualTo("text2text");
    }

    @Test
    void readinessPhasesAreThePublishedOnes() {
        assertThat(Arrays.stream(ReadinessPhase.values()).map(ReadinessPhase::wire))
                .containsExactly("scheduling", "provisioning", "bootstrapping", "ready", "error");
        assertThat(Arrays.stream(ReadinessPhase.values()).filter(ReadinessPhase::isTerminal))
                .containsExactly(ReadinessPhase.READY, ReadinessPhase.ERROR);
    }

    @Test
    void comparedFieldsAreThePublishedOnes() {
        assertThat(Arrays.stream(WorkloadField.values())
                        .filter(WorkloadField::isMutable)
                        .map(WorkloadField::wire))
                .containsExactlyInAnyOrder(
                        "name",
                        "backend",
                        "model_name",
                        "description",
                        "config",
                        "worker_id",
                        "gpu_resource_id",
                        "execution_policy",
                        "execution_policy_config");
        assertThat(Arrays.stream(WorkloadField.values()).filter(field -> !field.isMutable()))
                .containsExactly(WorkloadField.TASK_TYPE);
    }

    @ParameterizedTest
    @EnumSource
    void aTaskTypeReadsBackFromItsExactNameOnly(TaskType type) {
        assertThat(TaskType.fromWire(type.wire())).contains(type);
        assertThat(TaskType.fromWire(type.wire().toUpperCase(Locale.ROOT))).isEmpty();
        assertThat(TaskType.fromWire(type.wire() + " ")).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aPhaseReadsBackFromItsExactNameOnly(ReadinessPhase phase) {
        assertThat(ReadinessPhase.fromWire(phase.wire())).contains(phase);
        assertThat(ReadinessPhase.fromWire(phase.wire().toUpperCase(Locale.ROOT)))
                .isEmpty();
        assertThat(ReadinessPhase.fromWire("")).isEmpty();
    }
}
