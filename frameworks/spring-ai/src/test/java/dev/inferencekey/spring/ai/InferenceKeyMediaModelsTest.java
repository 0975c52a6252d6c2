package dev.inferencekey.spring.ai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.inferencekey.ApiException;
import dev.inferencekey.Endpoint;
import dev.inferencekey.RateLimitException;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.spring.InferenceKeyAutoConfiguration;
import dev.inferencekey.spring.UnknownEndpointException;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.ScriptedAnswer;
import dev.inferencekey.testkit.ScriptedCall;
import dev.inferencekey.testkit.ScriptedWorkload;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistryAssert;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.ai.audio.transcription.AudioTranscriptionPrompt;
import org.springframework.ai.audio.transcription.AudioTranscriptionResponse;
import org.springframework.ai.audio.transcription.TranscriptionModel;
import org.springframework.ai.audio.tts.TextToSpeechModel;
import org.springframework.ai.audio.tts.TextToSpeechOptions;
import org.springframework.ai.audio.tts.TextToSpeechPrompt;
import org.springframework.ai.audio.tts.TextToSpeechResponse;
import org.springframework.ai.content.Media;
import org.springframework.ai.image.ImageGeneration;
import org.springframework.ai.image.ImageMessage;
import org.springframework.ai.image.ImageModel;
import org.springframework.ai.image.ImageOptionsBuilder;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.ai.image.ImageResponse;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.core.io.FileSystemResource;
import org.springframework.util.MimeTypeUtils;

/** Pictures and sound over real endpoints: pictures and transcripts are scripted, speech is the simulator's. */
@Tag("slow")
class InferenceKeyMediaModelsTest {
    private static final String PNG = "iVBORw0KGgo=";

    private static InferenceKeyPlatform platform;
    private static ScriptedWorkload painter;
    private static ScriptedWorkload listener;
    private static Endpoint speaker;

    @TempDir
    private Path folder;

    private final TestObservationRegistry observations = TestObservationRegistry.create();

    @BeforeAll
    static void start() {
        platform = InferenceKeyPlatform.start();
        painter = platform.script("painter", TaskType.TEXT2IMAGE);
        listener = platform.script("listener", TaskType.AUDIO2TEXT);
        speaker = platform.simulate("speaker", TaskType.TEXT2AUDIO);
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @BeforeEach
    void forget() {
        painter.reset();
        listener.reset();
    }

    @Test
    void drawsPicturesThatComeAsBytes() {
        painter.json(Map.of(
                "created",
                1_700_000_000L,
                "data",
                List.of(Map.of("b64_json", PNG, "revised_prompt", "A red fox."), Map.of("b64_json", PNG)),
                "usage",
                Map.of("input_tokens", 4, "output_tokens", 5)));
        InferenceKeyImageModel model = new InferenceKeyImageModel(
                painter.endpoint(),
                InferenceKeyImageOptions.builder()
                        .width(256)
                        .height(256)
                        .quality("low")
                        .build(),
                observations);
        // docs:start image
        ImageResponse response = model.call(new ImagePrompt(
                "A fox in the snow",
                InferenceKeyImageOptions.builder().n(2).width(1024).height(512).build()));
        String base64 = response.getResults().get(0).getOutput().getB64Json();
        // docs:end image

        assertThat(base64).isEqualTo(PNG);
        assertThat(response.getResults()).hasSize(2);
        assertThat(response.getResults().get(0).getMetadata())
                .isEqualTo(new InferenceKeyImageMetadata("image/png", "A red fox."));
        assertThat(response.getMetadata().getCreated()).isEqualTo(1_700_000_000L);
        assertThat(Objects.requireNonNull(response.getMetadata().getUsage()).getTotalTokens())
                .isEqualTo(9);
        ScriptedCall call = painter.call();
        assertThat(call.at("/prompt")).isEqualTo("A fox in the snow");
        assertThat(call.at("/n")).isEqualTo("2");
        assertThat(call.at("/size")).as("the prompt's").isEqualTo("1024x512");
        assertThat(call.at("/quality")).as("the default").isEqualTo("low");
        assertThat(call.json()).doesNotContainKeys("response_format", "style", "output_format");
        TestObservationRegistryAssert.assertThat(observations)
                .hasObservationWithNameEqualTo("gen_ai.client.operation")
                .that()
                .hasLowCardinalityKeyValue("gen_ai.system", "inferencekey")
                .hasLowCardinalityKeyValue("gen_ai.request.model", "painter")
                .hasBeenStopped();
    }

    @Test
    void drawsPicturesThatComeAsAddresses() {
        painter.json(Map.of("data", List.of(Map.of("url", "https://cdn.example.com/fox.png"))));
        ImageGeneration fox = new InferenceKeyImageModel(painter.endpoint())
                .call(new ImagePrompt(
                        "a fox",
                        ImageOptionsBuilder.builder()
                                .responseFormat("url")
                                .style("vivid")
                                .build()))
                .getResults()
                .get(0);
        assertThat(fox.getOutput().getUrl()).isEqualTo("https://cdn.example.com/fox.png");
        assertThat(fox.getOutput().getB64Json()).isNull();
        assertThat(painter.call().at("/response_format")).isEqualTo("url");
        assertThat(painter.call().at("/style")).isEqualTo("vivid");
    }

    @Test
    void sendsFurtherFieldsOfAnImageRequest() {
        painter.json(Map.of("data", List.of(Map.of("b64_json", PNG))));
        new InferenceKeyImageModel(
                        painter.endpoint(),
                        InferenceKeyImageOptions.builder()
                                .extra("seed", 7)
                                .extra("steps", 4)
                                .build(),
                        ObservationRegistry.NOOP)
                .call(new ImagePrompt(
                        "a fox",
                        InferenceKeyImageOptions.builder()
                                .extra("seed", 8)
                                .outputFormat("webp")
                                .build()));
        assertThat(painter.call().at("/seed")).isEqualTo("8");
        assertThat(painter.call().at("/steps")).isEqualTo("4");
        assertThat(painter.call().at("/output_format")).isEqualTo("webp");
    }

    @Test
    void refusesWhatNoEndpointCanDraw() {
        InferenceKeyImageModel model = new InferenceKeyImageModel(painter.endpoint());
        ImagePrompt weighted = new ImagePrompt(List.of(new ImageMessage("a fox", 1f), new ImageMessage("snow", -1f)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.call(weighted))
                .withMessageContaining("the prompt has 2");
        ImageMessage edit = new ImageMessage(
                "a fox",
                null,
                List.of(new Media(MimeTypeUtils.IMAGE_PNG, URI.create("https://example.com/a.png"))),
                Map.of());
        assertThatIllegalArgumentException().isThrownBy(() -> model.call(new ImagePrompt(List.of(edit))));
        ImagePrompt half = new ImagePrompt(
                "a fox", ImageOptionsBuilder.builder().width(512).build());
        assertThatIllegalArgumentException().isThrownBy(() -> model.call(half)).withMessageContaining("height");
        painter.assertCalled(0);
    }

    @Test
    void failsWithTheClientsExceptions() {
        painter.answer(ScriptedAnswer.rateLimited(Duration.ofSeconds(7)));
        assertThatExceptionOfType(RateLimitException.class)
                .isThrownBy(() -> new InferenceKeyImageModel(painter.endpoint()).call(new ImagePrompt("a fox")));
    }

    @Test
    void imageOptionsAreEqualIfTheySayTheSame() {
        InferenceKeyImageOptions options = InferenceKeyImageOptions.builder()
                .n(2)
                .width(512)
                .height(512)
                .extra("seed", 7)
                .build();
        assertThat(options.mutate().build())
                .isEqualTo(options)
                .hasSameHashCodeAs(options)
                .hasToString(options.toString());
        assertThat(options.mutate().style("vivid").build()).isNotEqualTo(options);
    }

    @Test
    void speaksAtOnceAndAsAStreamOfOne() {
        InferenceKeySpeechModel model = new InferenceKeySpeechModel(
                speaker, TextToSpeechOptions.builder().format("wav").build());
        TextToSpeechResponse response = model.call(new TextToSpeechPrompt("Your order arrives tomorrow."));
        assertThat(new String(response.getResult().getOutput(), 0, 4, StandardCharsets.ISO_8859_1))
                .isEqualTo("RIFF");
        assertThat(response.getMetadata().<String>get(InferenceKeySpeechModel.MEDIA_TYPE))
                .isEqualTo("audio/wav");
        assertThat(model.stream("Your order arrives tomorrow.").collectList().block())
                .singleElement()
                .isEqualTo(response.getResult().getOutput());
        assertThat(model.getOptions().getModel()).isEqualTo("speaker");
    }

    @Test
    void speaksAsThePromptSaysAndElseAsTheDefaults() {
        ScriptedWorkload scripted = platform.script("scripted-speaker", TaskType.TEXT2AUDIO);
        // No sound can be scripted: what arrives is looked at, not what comes back.
        scripted.json("{}");
        InferenceKeySpeechModel model = new InferenceKeySpeechModel(
                scripted.endpoint(),
                TextToSpeechOptions.builder().voice("alba").format("wav").build());
        assertThatExceptionOfType(ApiException.class)
                .isThrownBy(() -> model.call(new TextToSpeechPrompt(
                        "Hello.",
                        TextToSpeechOptions.builder().voice("marius").speed(1.5).build())))
                .withMessageContaining("audio was due");
        assertThat(scripted.call().at("/input")).isEqualTo("Hello.");
        assertThat(scripted.call().at("/voice")).isEqualTo("marius");
        assertThat(scripted.call().at("/response_format")).isEqualTo("wav");
        assertThat(scripted.call().at("/speed")).isEqualTo("1.5");
    }

    @Test
    void writesDownAFileWithWhatTheServerTellsOfIt() throws IOException {
        listener.json(Map.of("text", "Where is my order?", "language", "english", "duration", 1.5));
        Path file = Files.write(folder.resolve("call.mp3"), new byte[] {1, 2, 3});
        InferenceKeyTranscriptionModel model = new InferenceKeyTranscriptionModel(
                listener.endpoint(), InferenceKeyTranscriptionOptions.NONE.withLanguage("es"));
        AudioTranscriptionResponse response = model.call(new AudioTranscriptionPrompt(
                new FileSystemResource(file),
                InferenceKeyTranscriptionOptions.NONE
                        .withFormat("verbose_json")
                        .withPrompt("orders")
                        .withTemperature(0.2)));
        assertThat(response.getResult().getOutput()).isEqualTo("Where is my order?");
        assertThat(response.getMetadata().<String>get("language")).isEqualTo("english");
        assertThat(response.getMetadata().<Duration>get("duration")).isEqualTo(Duration.ofMillis(1500));
        assertThat(listener.call().body())
                .contains("filename=\"call.mp3\"", "audio/mpeg", "verbose_json", "orders", "0.2", "es");
    }

    @ParameterizedTest
    @CsvSource({
        "49443304, audio.mp3",
        "fffb9044, audio.mp3",
        "664c6143, audio.flac",
        "4f676753, audio.ogg",
        "1a45dfa3, audio.webm",
        "0000002066747970, audio.m4a",
        "52494646, audio.wav"
    })
    void namesARecordingInMemoryByItsFirstBytes(String start, String name) {
        listener.json(Map.of("text", "Hello."));
        byte[] bytes = HexFormat.of().parseHex(start);
        assertThat(new InferenceKeyTranscriptionModel(listener.endpoint()).transcribe(new ByteArrayResource(bytes)))
                .isEqualTo("Hello.");
        assertThat(listener.call().body()).contains("filename=\"" + name + "\"");
    }

    @Test
    void areBeansWherePropertiesNameTheirEndpoints() {
        ApplicationContextRunner runner = new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        InferenceKeyAutoConfiguration.class, InferenceKeyAiAutoConfiguration.class))
                .withPropertyValues(
                        "inferencekey.base-url=" + platform.baseUrl(),
                        "inferencekey.project=" + platform.project(),
                        "inferencekey.api-key=" + platform.apiKey(),
                        "inferencekey.endpoints.painter.workload=painter",
                        "inferencekey.endpoints.listener.workload=listener",
                        "inferencekey.endpoints.speaker.workload=speaker");
        runner.run(context -> assertThat(context)
                .doesNotHaveBean(ImageModel.class)
                .doesNotHaveBean(TextToSpeechModel.class)
                .doesNotHaveBean(TranscriptionModel.class));
        painter.json(Map.of("data", List.of(Map.of("b64_json", PNG))));
        listener.json(Map.of("text", "Hello."));
        runner.withPropertyValues(
                        "inferencekey.ai.image.endpoint=painter",
                        "inferencekey.ai.image.width=640",
                        "inferencekey.ai.image.height=480",
                        "inferencekey.ai.image.quality=high",
                        "inferencekey.ai.image.response-format=b64_json",
                        "inferencekey.ai.speech.endpoint=speaker",
                        "inferencekey.ai.speech.voice=alba",
                        "inferencekey.ai.speech.format=wav",
                        "inferencekey.ai.speech.speed=1.1",
                        "inferencekey.ai.transcription.endpoint=listener",
                        "inferencekey.ai.transcription.language=es")
                .run(context -> {
                    context.getBean(ImageModel.class).call(new ImagePrompt("a fox"));
                    assertThat(painter.call().at("/size")).isEqualTo("640x480");
                    assertThat(painter.call().at("/quality")).isEqualTo("high");
                    assertThat(painter.call().at("/response_format")).isEqualTo("b64_json");
                    context.getBean(TranscriptionModel.class).transcribe(new ByteArrayResource(new byte[] {1}));
                    assertThat(listener.call().body()).contains("es");
                    TextToSpeechOptions speech =
                            context.getBean(TextToSpeechModel.class).getOptions();
                    assertThat(speech.getVoice()).isEqualTo("alba");
                    assertThat(speech.getFormat()).isEqualTo("wav");
                    assertThat(speech.getSpeed()).isEqualTo(1.1);
                });
        runner.withPropertyValues("inferencekey.ai.image.endpoint=panter")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOfSatisfying(
                                UnknownEndpointException.class,
                                unknown -> assertThat(unknown.property()).contains("inferencekey.ai.image.endpoint")));
    }
}
