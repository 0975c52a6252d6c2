package dev.inferencekey.engine.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("slow")
final class RerankTest {
    private static final String PATH = "/v1/rerank";

    private EngineProcess engine;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Path model = folder.resolve("reranker.gguf");
        RerankerModel.write(model);
        engine = EngineProcess.start(folder, model, "-c", "128", "--reranking", "--verbose");
    }

    @AfterAll
    void stop() {
        engine.close();
    }

    @Test
    void ordersDocumentsByScoreAndEqualOnesScoreEqually() throws Exception {
        JsonNode answer =
                engine.ask(PATH, "{\"query\":\"a b\",\"documents\":[\"c d\",\"x\",\"c d\",\"a\uD83D\uDE00\"]}");

        List<Integer> indexes = new ArrayList<>();
        List<Double> scores = new ArrayList<>();
        for (JsonNode result : answer.path("results")) {
            indexes.add(result.path("index").intValue());
            scores.add(result.path("relevance_score").doubleValue());
        }
        assertThat(indexes).containsExactlyInAnyOrder(0, 1, 2, 3);
        assertThat(scores).isSortedAccordingTo(Comparator.reverseOrder());
        assertThat(scores.get(indexes.indexOf(0))).isEqualTo(scores.get(indexes.indexOf(2)));
        assertThat(scores.get(indexes.indexOf(0))).isNotEqualTo(scores.get(indexes.indexOf(1)));
    }

    @Test
    void countsTheTokensThatLlamaCppReads() throws Exception {
        JsonNode answer = engine.ask(PATH, "{\"query\":\"a b c d e f g\",\"documents\":[\"h i j k l m n o\"]}");

        String read =
                "n_prompt_tokens = " + answer.path("usage").path("total_tokens").intValue();
        assertThat(answer.path("usage").path("total_tokens").intValue()).isEqualTo(7 + 2 + 8 + 2 + 4);
        Awaitility.await()
                .atMost(EngineProcess.PATIENCE)
                .until(() -> engine.errors().contains(read));
    }

    @Test
    void returnsNoMoreThanTopN() throws Exception {
        JsonNode answer = engine.ask(PATH, "{\"query\":\"a\",\"documents\":[\"b\",\"c\",\"d\"],\"top_n\":2}");

        assertThat(answer.path("results")).hasSize(2);
    }

    @Test
    void refusesWhatCannotBeRankedAndGoesOn() throws Exception {
        assertThat(engine.post(PATH, "{\"query\":\"a\",\"documents\":[]}").statusCode())
                .isEqualTo(400);
        assertThat(engine.post(PATH, "{\"documents\":[\"a\"]}").statusCode()).isEqualTo(400);
        assertThat(engine.post(PATH, "{\"query\":\"a\",\"documents\":[\"" + "b ".repeat(200) + "\"]}")
                        .statusCode())
                .isEqualTo(400);
        assertThat(engine.post("/v1/embeddings", "{\"input\":\"a\"}").statusCode())
                .isEqualTo(501);
        assertThat(engine.ask(PATH, "{\"query\":\"a\",\"documents\":[\"b\"]}").path("results"))
                .hasSize(1);
    }
}
