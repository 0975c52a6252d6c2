package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.models.audio.transcriptions.TranscriptionCreateParams;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionToolChoiceOption;
import com.openai.models.completions.Completion;
import com.openai.models.completions.CompletionCreateParams;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.images.ImageGenerateParams;
import com.openai.models.moderations.ModerationCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's own Java client checks each answer against OpenAI's schema: every required member there, of the right type. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenAiJavaSchemaTest {
    /** What an answer is to be read into. */
    static final class Ticket {
        public String subject = "";
        public int urgency;
        public List<String> tags = List.of();
    }

    /** A function that a model may call. */
    static final class FindFlight {
        public String from = "";
        public String to = "";
        public long passengers;
    }

    private RunningPlatform platform;
    private String key;

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        platform = RunningPlatform.start(temp);
        platform.createProject("acme");
        for (String type : List.of("text2text", "embedding", "text2image", "audio2text", "classification")) {
            platform.createSimulated("acme", type, type, Map.of("ttft_ms", 0, "tokens_per_second", 10_000));
        }
        LlamaWorkloads.createRoomyChat(platform, "acme", "llama");
        key = platform.mintKey("acme", "acme/*").credential();
    }

    @AfterAll
    void stop() {
        platform.close();
    }

    @Test
    void aChatIsValidWholeAndStreamed() {
        ChatCompletionCreateParams question = ChatCompletionCreateParams.builder()
                .model("text2text")
                .addUserMessage("Hello?")
                .n(2)
                .logprobs(true)
                .topLogprobs(2)
                .build();

        ChatCompletion answer = client("text2text").chat().completions().create(question);
        List<ChatCompletionChunk> chunks = new ArrayList<>();
        try (StreamResponse<ChatCompletionChunk> stream =
                client("text2text").chat().completions().createStreaming(question)) {
            stream.stream().forEach(chunks::add);
        }

        assertThat(answer.choices()).hasSize(2);
        assertThat(answer.choices()
                        .getFirst()
                        .logprobs()
                        .orElseThrow()
                        .content()
                        .orElseThrow())
                .isNotEmpty();
        assertThat(chunks).hasSizeGreaterThan(4);
    }

    @Test
    void anAnswerIsReadIntoTheClassThatWasAskedFor() {
        Ticket ticket = client("text2text")
                .chat()
                .completions()
                .create(ChatCompletionCreateParams.builder()
                        .model("text2text")
                        .addUserMessage("It burns!")
                        .responseFormat(Ticket.class)
                        .build())
                .choices()
                .getFirst()
                .message()
                .content()
                .orElseThrow();

        assertThat(ticket.subject).isNotEmpty();
        assertThat(ticket.tags).isNotEmpty();
    }

    @Test
    void aToolIsCalledWithArgumentsThatFitItsClass() {
        FindFlight flight = client("text2text")
                .chat()
                .completions()
                .create(ChatCompletionCreateParams.builder()
                        .model("text2text")
                        .addUserMessage("To Oslo.")
                        .addTool(FindFlight.class)
                        .build())
                .choices()
                .getFirst()
                .message()
                .toolCalls()
                .orElseThrow()
                .getFirst()
                .asFunction()
                .function()
                .arguments(FindFlight.class);

        assertThat(flight.to).isNotEmpty();
    }

    @Test
    void aCompletionIsValid() {
        Completion answer = client("text2text")
                .completions()
                .create(CompletionCreateParams.builder()
                        .model("text2text")
                        .promptOfArrayOfStrings(List.of("one", "two"))
                        .logprobs(1)
                        .build());

        assertThat(answer.choices()).hasSize(2);
    }

    @Test
    void aResponseIsValidWholeAndStreamed() {
        ResponseCreateParams question = ResponseCreateParams.builder()
                .model("text2text")
                .input("Hello?")
                .build();

        Response whole = client("text2text").responses().create(question);
        List<ResponseStreamEvent> events = new ArrayList<>();
        try (StreamResponse<ResponseStreamEvent> stream =
                client("text2text").responses().createStreaming(question)) {
            stream.stream().forEach(events::add);
        }

        assertThat(whole.usage().orElseThrow().outputTokens()).isPositive();
        assertThat(events).hasSizeGreaterThan(8).allSatisfy(ResponseStreamEvent::validate);
        assertThat(events.getFirst().asCreated().response().usage()).isEmpty();
        Response completed = events.getLast().asCompleted().response();
        assertThat(completed.output().getFirst().asMessage().content())
                .isEqualTo(whole.output().getFirst().asMessage().content());
    }

    @Test
    void aResponsesToolCallIsValidWholeAndStreamed() {
        ResponseCreateParams question = ResponseCreateParams.builder()
                .model("text2text")
                .input("To Oslo.")
                .addTool(FindFlight.class)
                .build();

        Response whole = client("text2text").responses().create(question);
        List<ResponseStreamEvent> events = new ArrayList<>();
        try (StreamResponse<ResponseStreamEvent> stream =
                client("text2text").responses().createStreaming(question)) {
            stream.stream().forEach(events::add);
        }

        assertThat(whole.output().getFirst().asFunctionCall().arguments(FindFlight.class).from)
                .isNotEmpty();
        assertThat(events).allSatisfy(ResponseStreamEvent::validate);
        assertThat(events.getLast().asCompleted().response().output().getFirst().isFunctionCall())
                .isTrue();
    }

    @Test
    void vectorsPicturesAndJudgementsAreValid() {
        assertThat(client("embedding")
                        .embeddings()
                        .create(EmbeddingCreateParams.builder()
                                .model("embedding")
                                .input("one")
                                .build())
                        .data())
                .hasSize(1);
        assertThat(client("text2image")
                        .images()
                        .generate(ImageGenerateParams.builder()
                                .model("text2image")
                                .prompt("a fox")
                                .n(2)
                                .build())
                        .data()
                        .orElseThrow())
                .hasSize(2);
        assertThat(client("classification")
                        .moderations()
                        .create(ModerationCreateParams.builder().input("fine").build())
                        .results()
                        .getFirst()
                        .flagged())
                .isFalse();
    }

    @Test
    void aTranscriptIsValid(@TempDir Path folder) throws IOException {
        Path file = Files.write(folder.resolve("speech.wav"), new byte[64_000]);

        String text = client("audio2text")
                .audio()
                .transcriptions()
                .create(TranscriptionCreateParams.builder()
                        .model("audio2text")
                        .file(file)
                        .build())
                .asTranscription()
                .text();

        assertThat(text).startsWith("This is a simulated answer.");
    }

    /** What `ik up` shows: an engine that a newcomer's client meets first. */
    @Test
    void theEmbeddedEngineKeepsToTheSchemaToo() {
        OpenAIClient llama = client("llama");

        FindFlight flight = llama.chat()
                .completions()
                .create(ChatCompletionCreateParams.builder()
                        .model("llama")
                        .addUserMessage("To Oslo.")
                        .addTool(FindFlight.class)
                        .toolChoice(ChatCompletionToolChoiceOption.Auto.REQUIRED)
                        .build())
                .choices()
                .getFirst()
                .message()
                .toolCalls()
                .orElseThrow()
                .getFirst()
                .asFunction()
                .function()
                .arguments(FindFlight.class);
        List<ResponseStreamEvent> events = new ArrayList<>();
        try (StreamResponse<ResponseStreamEvent> stream = llama.responses()
                .createStreaming(ResponseCreateParams.builder()
                        .model("llama")
                        .input("Hello?")
                        .maxOutputTokens(20)
                        .build())) {
            stream.stream().forEach(events::add);
        }

        assertThat(flight.to).isNotNull();
        assertThat(events).hasSizeGreaterThan(5).allSatisfy(ResponseStreamEvent::validate);
    }

    private OpenAIClient client(String workload) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(platform.url() + "/endpoint/acme/" + workload + "/v1")
                .apiKey(key)
                .maxRetries(0)
                .responseValidation(true)
                .build();
    }
}
