package dev.inferencekey.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.sun.net.httpserver.HttpServer;
import dev.inferencekey.DataClient;
import dev.inferencekey.RawJson;
import dev.inferencekey.TextChunk;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.ScriptedAnswer;
import dev.inferencekey.testkit.ScriptedWorkload;
import dev.langchain4j.exception.ContentFilteredException;
import dev.langchain4j.exception.InvalidRequestException;
import dev.langchain4j.exception.RateLimitException;
import dev.langchain4j.exception.RetriableException;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.PartialResponse;
import dev.langchain4j.model.chat.response.PartialResponseContext;
import dev.langchain4j.model.chat.response.PartialThinking;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.chat.response.StreamingHandle;
import dev.langchain4j.model.output.FinishReason;
import dev.langchain4j.model.output.TokenUsage;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How a streamed answer ends, when it does not end well, and what is told on the way. */
@Tag("slow")
class StreamingTest {
    private static final int LONGEST_SECONDS = 30;

    private static InferenceKeyPlatform platform;
    private static ScriptedWorkload bot;

    @BeforeAll
    static void start() {
        platform = InferenceKeyPlatform.start();
        bot = platform.script("bot");
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @BeforeEach
    void forget() {
        bot.reset();
    }

    @Test
    void tellsPiecesAndThenTheWhole() throws Exception {
        bot.answer(ScriptedAnswer.stream("It ", "is ", "on its way.").tokens(12, 5));
        Told told = new Told();
        bot().chat("Where?", told);
        ChatResponse whole = told.whole();
        assertThat(told.pieces).containsExactly("It ", "is ", "on its way.");
        assertThat(whole.aiMessage().text()).isEqualTo("It is on its way.");
        assertThat(whole.id()).isNotBlank();
        assertThat(whole.modelName()).isNotBlank();
        assertThat(whole.tokenUsage()).isEqualTo(new TokenUsage(12, 5, 17));
        assertThat(whole.finishReason()).isEqualTo(FinishReason.STOP);
    }

    @Test
    void endsAStreamThatIsCutOffWithAnError() {
        bot.answer(ScriptedAnswer.stream("It ", "is ", "on its way.").cutAfter(1));
        Told told = new Told();
        bot().chat("Where?", told);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(told::whole)
                .withCauseInstanceOf(RetriableException.class)
                .havingCause()
                .withCauseInstanceOf(dev.inferencekey.InferenceKeyException.class);
        assertThat(told.pieces).contains("It ");
    }

    @Test
    void endsWithTheErrorThatCameBeforeTheFirstPiece() {
        bot.answer(ScriptedAnswer.rateLimited(Duration.ofSeconds(7)));
        Told told = new Told();
        bot().chat("Where?", told);
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(told::whole)
                .withCauseInstanceOf(RateLimitException.class);
        assertThat(told.pieces).isEmpty();
        bot.assertCalled(1);
    }

    @Test
    void throwsWhatIsWrongBeforeItIsSent() {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> InferenceKeyStreamingChatModel.builder()
                        .endpoint(bot.endpoint())
                        .maxOutputTokens(0)
                        .build()
                        .chat("Where?", new Told()));
        bot.assertCalled(0);
    }

    /** The server writes for as long as there is a connection. */
    @Test
    void cancellingClosesTheConnectionAndTellsNothingMore() throws Exception {
        CompletableFuture<Integer> connectionClosed = new CompletableFuture<>();
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            exchange.getResponseHeaders().set("Content-Type", "text/event-stream");
            exchange.sendResponseHeaders(200, 0);
            int written = 0;
            try (OutputStream body = exchange.getResponseBody()) {
                while (!connectionClosed.isDone()) {
                    body.write(event(++written));
                    body.flush();
                }
            } catch (IOException e) {
                connectionClosed.complete(written);
            }
        });
        try (ExecutorService threads = Executors.newCachedThreadPool();
                DataClient data = DataClient.builder()
                        .environment(Map.of())
                        .baseUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .project("acme")
                        .apiKey(platform.apiKey())
                        .build()) {
            server.setExecutor(threads);
            server.start();
            CompletableFuture<StreamingHandle> handle = new CompletableFuture<>();
            Told told = new Told() {
                @Override
                public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
                    super.onPartialResponse(piece, context);
                    if (pieces.size() == 3) {
                        context.streamingHandle().cancel();
                        context.streamingHandle().cancel();
                        handle.complete(context.streamingHandle());
                    }
                }
            };
            InferenceKeyStreamingChatModel.builder()
                    .endpoint(data.endpoint("bot"))
                    .build()
                    .chat("Tell me a story.", told);
            assertThat(connectionClosed.get(LONGEST_SECONDS, TimeUnit.SECONDS)).isGreaterThanOrEqualTo(3);
            assertThat(handle.get(LONGEST_SECONDS, TimeUnit.SECONDS).isCancelled())
                    .isTrue();
            assertThat(told.pieces).hasSize(3);
            assertThat(told.whole).isNotDone();
        } finally {
            connectionClosed.complete(0);
            server.stop(0);
        }
    }

    private static byte[] event(int number) {
        return ("data: {\"id\": \"a\", \"choices\": [{\"delta\": {\"content\": \"" + number + " \"}}]}\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void tellsThoughtsWhereAskedFor() throws Exception {
        List<TextChunk> chunks = List.of(
                chunk("", "Is it? ", null, "{\"id\": \"a\", \"model\": \"m\"}"),
                chunk("", "It is.", null, "{\"id\": \"a\", \"model\": \"m\"}"),
                chunk("Yes.", null, null, "{\"id\": \"a\"}"),
                chunk(
                        "",
                        null,
                        "stop",
                        "{\"id\": \"a\", \"usage\": {\"prompt_tokens\": 2, \"completion_tokens\": 3}}"));
        Told told = new Told();
        play(chunks, new StreamedAnswer(told, true));
        assertThat(told.thoughts).containsExactly("Is it? ", "It is.");
        assertThat(told.whole().aiMessage().thinking()).isEqualTo("Is it? It is.");
        assertThat(told.whole().modelName()).isEqualTo("m");
        assertThat(told.whole().tokenUsage()).isEqualTo(new TokenUsage(2, 3, 5));

        Told untold = new Told();
        play(chunks, new StreamedAnswer(untold, false));
        assertThat(untold.thoughts).isEmpty();
        assertThat(untold.whole().aiMessage().thinking()).isNull();
        assertThat(untold.whole().aiMessage().text()).isEqualTo("Yes.");
    }

    @Test
    void endsWithAnErrorWhereTheModelRefuses() {
        Told told = new Told();
        play(
                List.of(
                        chunk("", null, null, "{\"choices\": [{\"delta\": {\"refusal\": \"I can't \"}}]}"),
                        chunk("", null, null, "{\"choices\": [{\"delta\": {\"refusal\": \"help.\"}}]}"),
                        chunk("", null, "stop", "{\"choices\": []}")),
                new StreamedAnswer(told, false));
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(told::whole)
                .withCause(new ContentFilteredException("I can't help."));
    }

    private static TextChunk chunk(String text, @Nullable String thought, @Nullable String finishReason, String raw) {
        return new TextChunk(text, List.of(), thought, finishReason, new RawJson(raw));
    }

    private static void play(List<TextChunk> chunks, StreamedAnswer answer) {
        answer.onSubscribe(new Flow.Subscription() {
            @Override
            public void request(long count) {}

            @Override
            public void cancel() {}
        });
        chunks.forEach(answer::onNext);
        answer.onComplete();
    }

    private static InferenceKeyStreamingChatModel bot() {
        return InferenceKeyStreamingChatModel.builder().endpoint(bot.endpoint()).build();
    }

    private static class Told implements StreamingChatResponseHandler {
        final ConcurrentLinkedQueue<String> pieces = new ConcurrentLinkedQueue<>();
        final ConcurrentLinkedQueue<String> thoughts = new ConcurrentLinkedQueue<>();
        final CompletableFuture<ChatResponse> whole = new CompletableFuture<>();

        ChatResponse whole() throws Exception {
            return whole.get(LONGEST_SECONDS, TimeUnit.SECONDS);
        }

        @Override
        public void onPartialResponse(PartialResponse piece, PartialResponseContext context) {
            pieces.add(piece.text());
        }

        @Override
        public void onPartialThinking(PartialThinking thought) {
            thoughts.add(thought.text());
        }

        @Override
        public void onCompleteResponse(ChatResponse response) {
            whole.complete(response);
        }

        @Override
        public void onError(Throwable failure) {
            whole.completeExceptionally(failure);
        }
    }
}
