package dev.inferencekey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.DataClient;
import dev.inferencekey.PermissionDeniedException;
import dev.inferencekey.TextParams;
import dev.inferencekey.contract.workload.TaskType;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
final class InferenceKeyPlatformTest {
    @SuppressWarnings("NullAway.Init")
    private static InferenceKeyPlatform platform;

    @BeforeAll
    static void start() {
        platform = InferenceKeyPlatform.start();
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @Test
    void aSimulatedWorkloadIsReadyToBeCalled() {
        assertThat(platform.simulate("bot")
                        .generateText(TextParams.ofPrompt("Hi"))
                        .text())
                .isNotBlank();
        assertThat(platform.simulate("vectors", TaskType.EMBEDDING)
                        .embed("a", "b")
                        .embeddings())
                .hasSize(2);
    }

    @Test
    void aKeyForOneWorkloadOpensNoOther() {
        platform.simulate("open");
        platform.simulate("closed");
        try (DataClient data = DataClient.builder()
                .environment(Map.of())
                .baseUrl(platform.baseUrl())
                .project(platform.project())
                .apiKey(platform.apiKey("open"))
                .build()) {
            TextParams prompt = TextParams.ofPrompt("Hi");
            assertThat(data.endpoint("open").generateText(prompt).text()).isNotBlank();
            assertThatThrownBy(() -> data.endpoint("closed").generateText(prompt))
                    .isInstanceOf(PermissionDeniedException.class);
        }
    }

    @Test
    void aProjectOfItsOwnSeesNothingOfTheOthers() {
        platform.simulate("here");
        try (InferenceKeyPlatform other = platform.newProject()) {
            assertThat(other.baseUrl()).isEqualTo(platform.baseUrl());
            assertThat(other.management().list()).isEmpty();
        }
        assertThat(platform.management().get("here").slug()).isEqualTo("here");
    }
}
