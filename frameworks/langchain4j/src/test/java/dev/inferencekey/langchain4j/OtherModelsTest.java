package dev.inferencekey.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.ScriptedAnswer;
import dev.inferencekey.testkit.ScriptedWorkload;
import dev.langchain4j.data.audio.Audio;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.data.message.TextContent;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.UnsupportedFeatureException;
import dev.langchain4j.model.audio.AudioTranscriptionRequest;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.image.ImageModel;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.output.TokenUsage;
import dev.langchain4j.model.scoring.ScoringModel;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.aggregator.ReRankingContentAggregator;
import dev.langchain4j.rag.query.Query;
import java.net.URI;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Embedding, scoring, image and transcription models over real endpoints, whose answers are scripted. */
@Tag("slow")
class OtherModelsTest {
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
    void embedsManyTextsInSeveralRequests() {
        ScriptedWorkload search = platform.script("search", TaskType.EMBEDDING)
                .always(ScriptedAnswer.embedding(text -> new double[] {text.length(), 1}));
        InferenceKeyEmbeddingModel model = InferenceKeyEmbeddingModel.builder()
                .endpoint(search.endpoint())
                .maxSegmentsPerBatch(2)
                .build();
        var response =
                model.embed(EmbeddingRequest.builder().inputs("a", "bb", "ccc").build());
        assertThat(response.embeddings())
                .extracting(embedding -> embedding.vector()[0])
                .containsExactly(1f, 2f, 3f);
        assertThat(response.tokenUsage().inputTokenCount())
                .as("of both requests together")
                .isEqualTo(3);
        search.assertCalled(2);
        assertThat(model.dimension()).isEqualTo(2);
        assertThat(model.dimension()).isEqualTo(2);
        search.assertCalled(3);
        assertThat(InferenceKeyEmbeddingModel.builder()
                        .endpoint(search.endpoint())
                        .dimension(7)
                        .build()
                        .dimension())
                .isEqualTo(7);
        search.assertCalled(3);
        assertThat(model).hasToString("InferenceKeyEmbeddingModel[" + platform.project() + "/search]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> InferenceKeyEmbeddingModel.builder().maxSegmentsPerBatch(0));
    }

    @Test
    void scoresInTheOrderOfTheTexts() {
        ScriptedWorkload ranker =
                platform.script("ranker", TaskType.RERANKER).always(ScriptedAnswer.ranking(0.1, 0.9, 0.5));
        // docs:start scoring
        ScoringModel scoring =
                InferenceKeyScoringModel.builder().endpoint(ranker.endpoint()).build();
        // docs:end scoring
        List<TextSegment> segments =
                List.of(TextSegment.from("first"), TextSegment.from("second"), TextSegment.from("third"));
        assertThat(scoring.scoreAll(segments, "which?").content()).containsExactly(0.1, 0.9, 0.5);
        assertThat(scoring.scoreAll(List.of(), "which?").content()).isEmpty();

        List<Content> ranked = new ReRankingContentAggregator(scoring)
                .aggregate(Map.of(
                        Query.from("which?"),
                        List.of(segments.stream().map(Content::from).toList())));
        assertThat(ranked)
                .extracting(content -> content.textSegment().text())
                .containsExactly("second", "third", "first");

        ranker.reset();
        ranker.json(Map.of("results", List.of(Map.of("index", 0, "relevance_score", 0.4))));
        assertThatExceptionOfType(InternalServerException.class).isThrownBy(() -> scoring.scoreAll(segments, "which?"));
    }

    @Test
    void drawsPictures() {
        ScriptedWorkload painter = platform.script("painter", TaskType.TEXT2IMAGE)
                .json(Map.of(
                        "data",
                        List.of(Map.of("url", "https://example.com/fox.png", "revised_prompt", "A fox, at night.")),
                        "usage",
                        Map.of("input_tokens", 3, "output_tokens", 4)))
                .json(Map.of("data", List.of(Map.of("b64_json", "iVBORw0KGgo="), Map.of("b64_json", "iVBORw0KGgo="))));
        ImageModel images = InferenceKeyImageModel.builder()
                .endpoint(painter.endpoint())
                .size("512x512")
                .quality("high")
                .outputFormat("png")
                .responseFormat("b64_json")
                .customParameter("seed", 7)
                .build();
        Response<Image> one = images.generate("a fox");
        assertThat(one.content().url()).isEqualTo(URI.create("https://example.com/fox.png"));
        assertThat(one.content().revisedPrompt()).isEqualTo("A fox, at night.");
        assertThat(one.tokenUsage()).isEqualTo(new TokenUsage(3, 4, 7));
        List<Image> two = images.generate("a fox", 2).content();
        assertThat(two).hasSize(2).allSatisfy(image -> {
            assertThat(image.base64Data()).isEqualTo("iVBORw0KGgo=");
            assertThat(image.mimeType()).isEqualTo("image/png");
        });
        var calls = painter.assertCalled(2);
        assertThat(calls.get(0).at("/prompt")).isEqualTo("a fox");
        assertThat(calls.get(0).at("/size")).isEqualTo("512x512");
        assertThat(calls.get(0).at("/quality")).isEqualTo("high");
        assertThat(calls.get(0).at("/output_format")).isEqualTo("png");
        assertThat(calls.get(0).at("/response_format")).isEqualTo("b64_json");
        assertThat(calls.get(0).at("/seed")).isEqualTo("7");
        assertThat(calls.get(0).at("/n")).isNull();
        assertThat(calls.get(1).at("/n")).isEqualTo("2");
        assertThatExceptionOfType(InvalidRequestException.class).isThrownBy(() -> images.generate(" "));
    }

    @Test
    void writesDownWhatIsSaid() {
        ScriptedWorkload ear =
                platform.script("ear", TaskType.AUDIO2TEXT).always(ScriptedAnswer.json(Map.of("text", "Hello there.")));
        InferenceKeyAudioTranscriptionModel model = InferenceKeyAudioTranscriptionModel.builder()
                .endpoint(ear.endpoint())
                .build();
        Audio audio = Audio.builder().base64Data("AQID").mimeType("audio/x-wav").build();
        assertThat(model.transcribe(AudioTranscriptionRequest.builder(audio)
                                .language("en")
                                .prompt("A greeting")
                                .temperature(0.5)
                                .build())
                        .text())
                .isEqualTo("Hello there.");
        assertThat(ear.call().body())
                .contains("filename=\"audio.wav\"")
                .contains("name=\"language\"", "name=\"prompt\"", "A greeting", "name=\"temperature\"", "0.5");
        assertThatExceptionOfType(UnsupportedFeatureException.class)
                .isThrownBy(() -> model.transcribeToText(
                        Audio.builder().url("https://example.com/a.wav").build()))
                .withMessageContaining("send its bytes");
        assertThatExceptionOfType(UnsupportedFeatureException.class)
                .isThrownBy(() -> model.transcribeToText(
                        Audio.builder().binaryData(new byte[] {1}).build()))
                .withMessageContaining("mimeType");
    }

    @Test
    void refusesWhatAnEmbeddingModelCanNotTake() {
        InferenceKeyEmbeddingModel model = InferenceKeyEmbeddingModel.builder()
                .endpoint(platform.script("unused", TaskType.EMBEDDING).endpoint())
                .build();
        assertThatExceptionOfType(UnsupportedFeatureException.class)
                .isThrownBy(() -> model.embed(EmbeddingRequest.builder()
                        .input(TextContent.from("order"))
                        .modelName("other")
                        .build()));
    }
}
