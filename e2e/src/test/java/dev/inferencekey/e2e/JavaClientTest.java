package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.inferencekey.ChatMessage;
import dev.inferencekey.DataClient;
import dev.inferencekey.Description;
import dev.inferencekey.Endpoint;
import dev.inferencekey.GeneratedImage;
import dev.inferencekey.ImageParams;
import dev.inferencekey.ImageResult;
import dev.inferencekey.ObjectMismatchException;
import dev.inferencekey.SpeechParams;
import dev.inferencekey.SpeechResult;
import dev.inferencekey.TextChunk;
import dev.inferencekey.TextParams;
import dev.inferencekey.TextResult;
import dev.inferencekey.TextStream;
import dev.inferencekey.Tool;
import dev.inferencekey.ToolCall;
import dev.inferencekey.ToolChoice;
import dev.inferencekey.ToolRun;
import dev.inferencekey.Toolbox;
import dev.inferencekey.TranscriptionParams;
import dev.inferencekey.TranscriptionResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Our own Java client through the gateway, at the simulator and at real llama.cpp: what it asks for is understood, what comes is read. */
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JavaClientTest {
    enum Urgency {
        LOW,
        HIGH
    }

    sealed interface Contact permits Mail, Phone {}

    record Mail(String address) implements Contact {}

    record Phone(long number, boolean mobile) implements Contact {}

    record Money(BigDecimal amount, String currency) {}

    record Step(String name, List<Step> after) {}

    /** Every kind of component that a record may have. */
    @Description("A complaint")
    record Ticket(
            @Description("at most ten words") String subject,
            Urgency urgency,
            @Description("how to reach them") Contact contact,
            Money paid,
            @Description("what they want back") @Nullable Money refund,
            Map<String, Integer> counts,
            Optional<LocalDate> day,
            Instant at,
            UUID id,
            List<Step> steps,
            double weight) {}

    record Judgement(Urgency urgency, boolean sure) {}

    record FindFlight(@Description("an airport") String from, String to, boolean nonstop) {}

    private RunningPlatform platform;
    private DataClient data;

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        platform = RunningPlatform.start(temp);
        platform.createProject("acme");
        for (String type : List.of("text2text", "text2image", "text2audio", "audio2text", "embedding", "reranker")) {
            platform.createSimulated("acme", type, type, Map.of("ttft_ms", 0, "tokens_per_second", 10_000));
        }
        platform.createSimulated("acme", "support-bot", "text2text", Map.of("ttft_ms", 0, "tokens_per_second", 10_000));
        LlamaWorkloads.createRoomyChat(platform, "acme", "llama");
        data = DataClient.builder()
                .baseUrl(platform.url().toString())
                .project("acme")
                .apiKey(platform.mintKey("acme", "acme/*").credential())
                .build();
    }

    @AfterAll
    void stop() {
        data.close();
        platform.close();
    }

    @Test
    void anAnswerIsReadIntoARecord() {
        Ticket ticket = data.endpoint("text2text")
                .generateObject(Ticket.class, TextParams.ofPrompt("It burns!"))
                .value();

        assertThat(ticket.urgency()).isNotNull();
        assertThat(ticket.contact()).isNotNull();
        assertThat(ticket.steps()).isNotNull();
    }

    /** What a model of random weights writes where it is free never ends, so most of the record is refused a place. */
    @Test
    void theEmbeddedEngineTakesTheSameSchema() {
        Endpoint llama = data.endpoint("llama");
        TextParams question =
                TextParams.builder().prompt("It burns!").maxTokens(60).build();

        Judgement judgement = llama.generateObject(Judgement.class, question).value();
        ObjectMismatchException cutOff =
                catchThrowableOfType(ObjectMismatchException.class, () -> llama.generateObject(Ticket.class, question));

        assertThat(judgement.urgency()).isNotNull();
        assertThat(cutOff.reason()).isEqualTo(ObjectMismatchException.Reason.CUT_OFF);
        assertThat(cutOff.text()).startsWith("{\"subject\":");
    }

    @ParameterizedTest
    @ValueSource(strings = {"text2text", "llama"})
    void aToolIsCalledWholeAndStreamed(String workload) {
        Endpoint endpoint = data.endpoint(workload);
        TextParams params = TextParams.builder()
                .prompt("To Oslo.")
                .tools(Tool.of("find_flight", "Finds a flight.", FindFlight.class), Tool.of("now", "The time."))
                .toolChoice(ToolChoice.tool("find_flight"))
                .maxTokens(2_000)
                .build();

        TextResult whole = endpoint.generateText(params);
        List<ToolCall> streamed = new ArrayList<>();
        try (TextStream stream = endpoint.generateTextStream(params)) {
            for (TextChunk chunk : stream) {
                streamed.addAll(chunk.toolCalls());
            }
        }

        assertThat(whole.toolCalls()).hasSize(1);
        assertThat(whole.toolCalls().getFirst().arguments(FindFlight.class).to())
                .isNotNull();
        assertThat(streamed).hasSize(1);
        assertThat(streamed.getFirst().arguments(FindFlight.class).to()).isNotNull();
    }

    @Test
    void aRunCallsEachToolAndEndsInWords() {
        List<FindFlight> asked = new ArrayList<>();
        Toolbox toolbox = Toolbox.builder()
                .tool("find_flight", "Finds a flight.", FindFlight.class, flight -> {
                    asked.add(flight);
                    return List.of(new Money(BigDecimal.TEN, "EUR"));
                })
                .build();

        ToolRun run = data.endpoint("text2text").runTools(TextParams.ofPrompt("To Oslo."), toolbox);

        assertThat(asked).hasSize(1);
        assertThat(run.answer().text()).isNotEmpty();
        assertThat(run.messages())
                .extracting(ChatMessage::role)
                .containsExactly("user", "assistant", "tool", "assistant");
    }

    @Test
    void picturesComeAsBytes() {
        ImageResult result = data.endpoint("text2image")
                .generateImage(ImageParams.builder()
                        .prompt("a fox")
                        .count(2)
                        .size("16x8")
                        .build());
        GeneratedImage asUrl = data.endpoint("text2image")
                .generateImage(ImageParams.builder()
                        .prompt("a fox")
                        .size("16x8")
                        .responseFormat("url")
                        .build())
                .image();

        assertThat(result.images()).hasSize(2);
        assertThat(result.image().mediaType()).hasValue("image/png");
        assertThat(asUrl.bytes().orElseThrow()).isEqualTo(result.image().bytes().orElseThrow());
    }

    @Test
    void whatIsSpokenCanBeHeard(@TempDir Path folder) throws IOException {
        SpeechResult speech = data.endpoint("text2audio")
                .generateSpeech(SpeechParams.builder()
                        .input("Your order arrives tomorrow.")
                        .voice("simulated")
                        .format("wav")
                        .build());
        Path file = Files.write(folder.resolve("speech.wav"), speech.bytes());

        TranscriptionResult heard = data.endpoint("audio2text").transcribe(file);
        TranscriptionResult verbose = data.endpoint("audio2text")
                .transcribe(TranscriptionParams.builder(speech.bytes(), "speech.wav")
                        .format("verbose_json")
                        .extra("timestamp_granularities", List.of("word", "segment"))
                        .build());
        TranscriptionResult subtitles = data.endpoint("audio2text")
                .transcribe(TranscriptionParams.builder(file).format("srt").build());

        assertThat(speech.mediaType()).isEqualTo("audio/wav");
        assertThat(speech.bytes()).startsWith("RIFF".getBytes(StandardCharsets.US_ASCII));
        assertThat(heard.text()).startsWith("This is a simulated answer.");
        assertThat(heard.usage()).isNotNull();
        assertThat(verbose.segments()).isNotEmpty();
        assertThat(verbose.duration()).isPositive();
        assertThat(verbose.usage()).isNull();
        assertThat(subtitles.text()).startsWith("1\n00:00:00,000 --> ");
    }

    /** As large as a long meeting, and more than a JVM with a small heap could hold twice. */
    @Test
    void aLargeRecordingGoesThroughFromDisk(@TempDir Path folder) throws IOException {
        long size = 96L * 1024 * 1024;
        Path file = folder.resolve("meeting.wav");
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(size);
        }

        TranscriptionResult heard = data.endpoint("audio2text")
                .transcribe(
                        TranscriptionParams.builder(file).format("verbose_json").build());

        assertThat(heard.duration()).isEqualTo(Duration.ofNanos(size * 1_000_000_000L / 16_000));
    }

    @Test
    void theGuideRuns(@TempDir Path folder) throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        JavaClientGuide guide = new JavaClientGuide(new PrintStream(printed, true, StandardCharsets.UTF_8));
        Endpoint bot = data.endpoint("support-bot");
        Path picture = folder.resolve("fox.png");
        Path sound = folder.resolve("speech.wav");

        guide.text(data);
        guide.conversation(bot);
        guide.streaming(bot);
        guide.object(bot, "It burns!");
        guide.objectFailure(
                bot, TextParams.builder().prompt("It burns!").maxTokens(1).build());
        guide.format(bot);
        guide.toolbox(bot);
        guide.tools(bot);
        guide.draw(data.endpoint("text2image"), picture);
        guide.look(bot, picture);
        guide.speak(data.endpoint("text2audio"), sound);
        guide.listen(data.endpoint("audio2text"), sound);
        guide.vectors(data.endpoint("embedding"), data.endpoint("reranker"));
        guide.errors(bot);
        assertThat(guide.async(bot)).succeedsWithin(Duration.ofSeconds(20));
        assertThat(guide.publisher(bot)).succeedsWithin(Duration.ofSeconds(20));

        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("This is a simulated answer.", "image/png", "Usage[", "PT0S ", "raise maxTokens");
        assertThat(picture).isNotEmptyFile();
        assertThat(sound).isNotEmptyFile();
    }
}
