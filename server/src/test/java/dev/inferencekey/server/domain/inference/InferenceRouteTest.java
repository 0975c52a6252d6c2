package dev.inferencekey.server.domain.inference;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.contract.workload.TaskType;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class InferenceRouteTest {
    /** A workload that becomes ready and can only be listed is of no use. */
    @ParameterizedTest
    @EnumSource(TaskType.class)
    void everyTaskTypeServesSomethingThatReachesAModelServer(TaskType type) {
        assertThat(Arrays.stream(InferenceRoute.values()))
                .anyMatch(route -> route.servedBy(type) && !route.answeredByGateway());
    }

    @ParameterizedTest
    @CsvSource({
        "v1/chat/completions, CHAT_COMPLETIONS",
        "rerank, RERANK_UNVERSIONED",
        "v1/models/bot, MODEL",
        "v1/videos, VIDEOS",
        "v1/videos/video_6f-1.a, VIDEO",
        "v1/videos/video_6f/content, VIDEO_CONTENT"
    })
    void findsTheRouteOfAPath(String path, InferenceRoute route) {
        assertThat(InferenceRoute.ofPath(path)).isEqualTo(route);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "v1",
                "v1/models/a/b",
                "v1/videos/",
                "v1/videos/a/b",
                "v1/videos/a/content/b",
                "v1/videos/a;b",
                "v1/videos/{video}",
                "v1/videos//content",
                "v2/chat/completions"
            })
    void whatIsNotListedIsNoRoute(String path) {
        assertThat(InferenceRoute.ofPath(path)).isNull();
    }

    @Test
    void noIdIsLongerThanAModelServerMakes() {
        assertThat(InferenceRoute.ofPath("v1/videos/" + "a".repeat(128))).isEqualTo(InferenceRoute.VIDEO);
        assertThat(InferenceRoute.ofPath("v1/videos/" + "a".repeat(129))).isNull();
    }

    @Test
    void noListPromisesWhatTheBackendsEnginesRefuse() {
        assertThat(InferenceRoute.namesServedBy(TaskType.EMBEDDING, "llamacpp"))
                .containsExactly("POST v1/embeddings", "GET v1/models", "GET v1/models/{model}");
        assertThat(InferenceRoute.namesServedBy(TaskType.EMBEDDING, "vllm")).contains("POST score", "POST pooling");
        assertThat(InferenceRoute.namesServedBy(TaskType.EMBEDDING, "my-own")).contains("POST score");
    }
}
