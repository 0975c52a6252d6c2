package dev.inferencekey.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.exception.ModelNotFoundException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiEmbeddingModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** LangChain4j on the JDK's HTTP client, which asks for {@code Upgrade: h2c}, against real llama.cpp behind the gateway. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class LangChain4jTest {
    private RunningPlatform platform;
    private String wide;
    private String token;

    @BeforeAll
    void start(@TempDir Path temp) throws IOException {
        platform = RunningPlatform.start(temp);
        platform.createProject("acme");
        LlamaWorkloads.createChat(platform, "acme", "chat");
        LlamaWorkloads.createEmbedding(platform, "acme", "vectors");
        wide = platform.mintKey("acme", "acme/*").credential();
        token = platform.mintToken("acme").credential();
    }

    @AfterAll
    void stop() {
        platform.close();
    }

    @Test
    void chatsWithTrueTokenCounts() {
        ChatResponse answer = chat("chat", wide).chat(UserMessage.from("Tell me about the world."));
        assertThat(answer.aiMessage().text()).isNotBlank();
        assertThat(answer.tokenUsage().inputTokenCount()).isPositive();
        assertThat(answer.tokenUsage().outputTokenCount()).isBetween(1, 12);
    }

    @Test
    void streamsPieceByPiece() throws Exception {
        Queue<String> pieces = new ConcurrentLinkedQueue<>();
        CompletableFuture<ChatResponse> whole = new CompletableFuture<>();
        OpenAiStreamingChatModel.builder()
                .baseUrl(base("chat"))
                .apiKey(wide)
                .modelName("chat")
                .maxTokens(12)
                .build()
                .chat("Tell me about the world.", new StreamingChatResponseHandler() {
                    @Override
                    public void onPartialResponse(String piece) {
                        pieces.add(piece);
                    }

                    @Override
                    public void onCompleteResponse(ChatResponse response) {
                        whole.complete(response);
                    }

                    @Override
                    public void onError(Throwable error) {
                        whole.completeExceptionally(error);
                    }
                });
        ChatResponse answer = whole.get(60, TimeUnit.SECONDS);
        assertThat(pieces).hasSizeGreaterThan(1);
        assertThat(answer.aiMessage().text()).isEqualTo(String.join("", pieces));
        assertThat(answer.tokenUsage().outputTokenCount()).isPositive();
    }

    @Test
    void embedsOneVectorPerInput() {
        List<Embedding> vectors = OpenAiEmbeddingModel.builder()
                .baseUrl(base("vectors"))
                .apiKey(wide)
                .modelName("vectors")
                .build()
                .embedAll(List.of(TextSegment.from("one"), TextSegment.from("another")))
                .content();
        assertThat(vectors).hasSize(2);
        assertThat(vectors.getFirst().vector())
                .isNotEmpty()
                .isNotEqualTo(vectors.getLast().vector());
    }

    @Test
    void refusalsArriveAsItsOwnExceptions() {
        UserMessage question = UserMessage.from("Hi");
        assertThatThrownBy(
                        () -> chat("chat", "ik_live_00000000_" + "0".repeat(64)).chat(question))
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining("invalid_api_key");
        assertThatThrownBy(() -> chat("chat", token).chat(question))
                .isInstanceOf(AuthenticationException.class)
                .hasMessageContaining("wrong_credential_type");
        assertThatThrownBy(() -> chat("ghost", wide).chat(question))
                .isInstanceOf(ModelNotFoundException.class)
                .hasMessageContaining("workload_not_found");
    }

    private OpenAiChatModel chat(String workload, String key) {
        return OpenAiChatModel.builder()
                .baseUrl(base(workload))
                .apiKey(key)
                .modelName(workload)
                .maxTokens(12)
                .maxRetries(0)
                .build();
    }

    private String base(String workload) {
        return platform.url() + "/endpoint/acme/" + workload + "/v1";
    }
}
