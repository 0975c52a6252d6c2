package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.StreamResponse;
import com.openai.errors.BadRequestException;
import com.openai.errors.NotFoundException;
import com.openai.errors.OpenAIServiceException;
import com.openai.errors.PermissionDeniedException;
import com.openai.errors.UnauthorizedException;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** OpenAI's own Java client, against real llama.cpp and the simulator behind the gateway. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenAiJavaTest {
    private RunningPlatform platform;
    private String wide;
    private String narrow;
    private String token;

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        platform = RunningPlatform.start(temp);
        platform.createProject("acme");
        LlamaWorkloads.createChat(platform, "acme", "chat");
        LlamaWorkloads.createEmbedding(platform, "acme", "vectors");
        platform.createSimulated("acme", "sim", "text2text", Map.of("output_tokens", 5));
        platform.createSimulated("acme", "failing", "text2text", Map.of("failure_rate", 1));
        wide = platform.mintKey("acme", "acme/*").credential();
        narrow = platform.mintKey("acme", "acme/chat").credential();
        token = platform.mintToken("acme").credential();
    }

    @AfterAll
    void stop() {
        platform.close();
    }

    @Test
    void chatsWithTrueTokenCounts() {
        ChatCompletion answer = client("chat", wide).chat().completions().create(question("chat"));
        assertThat(answer.choices().getFirst().message().content().orElseThrow())
                .isNotBlank();
        assertThat(answer.model())
                .as("the name that the application knows, and no path")
                .isEqualTo("chat");
        assertThat(answer.usage().orElseThrow().promptTokens()).isPositive();
        assertThat(answer.usage().orElseThrow().completionTokens()).isBetween(1L, 12L);
    }

    @Test
    void streamsWithoutAUsageChunkThatNobodyAskedFor() {
        List<ChatCompletionChunk> chunks = stream(question("chat"));
        assertThat(chunks).hasSizeGreaterThan(2).allSatisfy(chunk -> {
            assertThat(chunk.choices()).isNotEmpty();
            assertThat(chunk.usage()).isEmpty();
        });
        assertThat(chunks.getLast().choices().getFirst().finishReason()).isPresent();
    }

    @Test
    void streamsWithTheUsageThatWasAskedFor() {
        List<ChatCompletionChunk> chunks = stream(question("chat").toBuilder()
                .streamOptions(
                        ChatCompletionStreamOptions.builder().includeUsage(true).build())
                .build());
        assertThat(chunks.getLast().usage().orElseThrow().completionTokens()).isPositive();
    }

    @Test
    void embedsOneVectorPerInputInOrder() {
        CreateEmbeddingResponse vectors = client("vectors", wide)
                .embeddings()
                .create(EmbeddingCreateParams.builder()
                        .model("vectors")
                        .inputOfArrayOfStrings(List.of("one", "another"))
                        .build());
        assertThat(vectors.data()).hasSize(2);
        assertThat(vectors.data().getFirst().embedding()).isNotEmpty();
        assertThat(vectors.data().getFirst().embedding())
                .isNotEqualTo(vectors.data().getLast().embedding());
    }

    @Test
    void theSimulatorSaysThatItSimulates() {
        ChatCompletion answer = client("sim", wide).chat().completions().create(question("sim"));
        assertThat(answer.model()).startsWith("simulator/");
        assertThat(answer.usage().orElseThrow().completionTokens()).isEqualTo(5);
    }

    @Test
    void refusalsArriveAsItsOwnExceptionsWithOurCodes() {
        assertThat(refusal(PermissionDeniedException.class, "chat", token)).isEqualTo("wrong_credential_type");
        assertThat(refusal(UnauthorizedException.class, "chat", "ik_live_00000000_" + "0".repeat(64)))
                .isEqualTo("invalid_api_key");
        assertThat(refusal(PermissionDeniedException.class, "vectors", narrow)).isEqualTo("scope_insufficient");
        assertThat(refusal(PermissionDeniedException.class, "ghost", narrow)).isEqualTo("scope_insufficient");
        assertThat(refusal(NotFoundException.class, "ghost", wide)).isEqualTo("workload_not_found");
        assertThat(refusal(NotFoundException.class, "vectors", wide)).isEqualTo("route_not_served");
    }

    @Test
    void whatTheModelServerRefusesArrivesAsItSaidIt() {
        BadRequestException refused = catchThrowableOfType(
                BadRequestException.class,
                () -> client("chat", wide)
                        .chat()
                        .completions()
                        .create(question("chat").toBuilder()
                                .putAdditionalBodyProperty("temperature", com.openai.core.JsonValue.from("hot"))
                                .build()));
        assertThat(refused.statusCode()).isEqualTo(400);
        OpenAIServiceException failed = catchThrowableOfType(
                OpenAIServiceException.class,
                () -> client("failing", wide).chat().completions().create(question("failing")));
        assertThat(failed.statusCode()).isEqualTo(500);
    }

    private List<ChatCompletionChunk> stream(ChatCompletionCreateParams question) {
        List<ChatCompletionChunk> chunks = new ArrayList<>();
        try (StreamResponse<ChatCompletionChunk> stream =
                client("chat", wide).chat().completions().createStreaming(question)) {
            stream.stream().forEach(chunks::add);
        }
        return chunks;
    }

    private <E extends OpenAIServiceException> String refusal(Class<E> type, String workload, String key) {
        E refused = catchThrowableOfType(
                type, () -> client(workload, key).chat().completions().create(question(workload)));
        assertThat(refused).as("%s on %s", type.getSimpleName(), workload).isNotNull();
        return refused.code().orElse("");
    }

    private OpenAIClient client(String workload, String key) {
        return OpenAIOkHttpClient.builder()
                .baseUrl(platform.url() + "/endpoint/acme/" + workload + "/v1")
                .apiKey(key)
                .maxRetries(0)
                .build();
    }

    private static ChatCompletionCreateParams question(String workload) {
        return ChatCompletionCreateParams.builder()
                .model(workload)
                .addUserMessage("Tell me about the world.")
                .maxCompletionTokens(12)
                .build();
    }
}
