package dev.inferencekey.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.inferencekey.ApiException;
import dev.inferencekey.DataClient;
import dev.inferencekey.InferenceKeyException;
import dev.inferencekey.RateLimitException;
import dev.inferencekey.TextChunk;
import dev.inferencekey.TextParams;
import dev.inferencekey.TextStream;
import dev.inferencekey.ValidationException;
import dev.inferencekey.contract.workload.TaskType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
final class ScriptedWorkloadTest {
    private static final TextParams HI = TextParams.ofPrompt("Hi");

    @SuppressWarnings("NullAway.Init")
    private static InferenceKeyPlatform platform;

    @SuppressWarnings("NullAway.Init")
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

    private static String ask(String prompt) {
        return bot.endpoint().generateText(TextParams.ofPrompt(prompt)).text();
    }

    private static List<String> pieces(ScriptedWorkload workload) {
        List<String> pieces = new ArrayList<>();
        try (TextStream stream = workload.endpoint().generateTextStream(HI)) {
            while (stream.hasNext()) {
                TextChunk chunk = stream.next();
                if (!chunk.text().isEmpty()) {
                    pieces.add(chunk.text());
                }
            }
        }
        return pieces;
    }

    @Test
    void oneCallTakesOneAnswer() {
        bot.answer("first").answer("second");
        assertThat(List.of(ask("a"), ask("b"))).containsExactly("first", "second");
    }

    @Test
    void whatFitsARuleTakesNothingOfTheRest() {
        bot.answer("once")
                .answerTo(call -> call.prompt().contains("weather"), "sunny")
                .always("nothing");
        assertThat(List.of(ask("the weather?"), ask("a"), ask("weather"), ask("b")))
                .containsExactly("sunny", "once", "sunny", "nothing");
    }

    @Test
    void anAnswerCanDependOnTheCall() {
        bot.always(call -> ScriptedAnswer.text("you said " + call.prompt()));
        assertThat(ask("hello")).isEqualTo("you said hello");
    }

    @Test
    void aStreamComesInThePiecesThatWereScripted() {
        bot.stream("a", "b", "c");
        assertThat(pieces(bot)).containsExactly("a", "b", "c");
    }

    @Test
    void aTextIsStreamedToWhoeverAsksForAStream() {
        bot.answer("one two\nthree");
        assertThat(pieces(bot)).containsExactly("one ", "two\n", "three");
    }

    @Test
    void aToolCallAsksForItsFunction() {
        bot.toolCall("weather", Map.of("city", "Rome"));
        assertThat(bot.endpoint().generateText(HI).finishReason()).isEqualTo("tool_calls");
        bot.toolCall("weather", Map.of("city", "Rome"));
        assertThat(bot.endpoint().generateText(HI).raw().text())
                .contains("\"name\":\"weather\"", "\"arguments\":\"{\\\"city\\\":\\\"Rome\\\"}\"");
    }

    @Test
    void vectorsRanksAndPlainJsonAreAnsweredToo() {
        ScriptedWorkload vectors = platform.script("vectors", TaskType.EMBEDDING);
        vectors.embedding(0.5, 0.25).answer(ScriptedAnswer.embedding(text -> new double[] {text.length()}));
        assertThat(vectors.endpoint().embed("a").embeddings().getFirst()).containsExactly(0.5f, 0.25f);
        assertThat(vectors.endpoint().embed("a", "abc").embeddings().get(1)).containsExactly(3f);

        ScriptedWorkload ranks = platform.script("ranks", TaskType.RERANKER);
        ranks.answer(ScriptedAnswer.ranking(0.1, 0.9));
        assertThat(ranks.endpoint()
                        .rerank("q", List.of("bad", "good"))
                        .results()
                        .getFirst()
                        .index())
                .isEqualTo(1);

        ScriptedWorkload classes = platform.script("classes", TaskType.CLASSIFICATION);
        assertThat(classes.endpoint().openAiBaseUrl()).endsWith("/classes/v1");
    }

    @Test
    void usageAndFinishReasonAreWhatTheScriptSays() {
        bot.answer(ScriptedAnswer.text("cut off").tokens(7, 2).finishReason("length"));
        var answer = bot.endpoint().generateText(HI);
        assertThat(answer.finishReason()).isEqualTo("length");
        assertThat(answer.usage()).isNotNull().extracting("totalTokens").isEqualTo(9L);
    }

    @Test
    void aRequestThatWasNotScriptedIsToldWithWhatItAsked() {
        bot.answer("only one");
        ask("first");
        assertThatThrownBy(() -> ask("Where is my order?"))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining("\"bot\"")
                .hasMessageContaining("its number 2: POST /v1/chat/completions")
                .hasMessageContaining("Where is my order?");
    }

    @Test
    void aStreamThatWasNotScriptedReachesTheModelOnce() {
        assertThatThrownBy(() -> pieces(bot)).isInstanceOf(ValidationException.class);
        assertThat(bot.call().json()).doesNotContainKey("stream_options");
    }

    @Test
    void anAnswerThatDoesNotGoWithTheRouteSaysWhatDoes() {
        bot.embedding(1);
        assertThatThrownBy(() -> ask("a")).hasMessageContaining("ScriptedAnswer.json(");
    }

    @Test
    void callsTellWhatReachedTheModelAndNoCredential() {
        bot.always("yes");
        ask("Where is my order?");
        ScriptedCall call = bot.call();
        assertThat(call.method() + " " + call.path()).isEqualTo("POST /v1/chat/completions");
        assertThat(call.json()).containsEntry("model", "scripted");
        assertThat(call.at("/messages/0/role")).isEqualTo("user");
        assertThat(call.prompt()).isEqualTo("Where is my order?");
        assertThat(call.isStreamed()).isFalse();
        assertThat(call.header("Content-Type")).isEqualTo("application/json");
        assertThat(call.headers()).doesNotContainKeys("authorization");
        assertThat(call.headers().toString()).doesNotContain("ik_live_");
    }

    @Test
    void aWrongNumberOfCallsIsToldWithTheCalls() {
        bot.always("yes");
        assertThatThrownBy(bot::call)
                .isInstanceOf(AssertionError.class)
                .hasMessage("Expected 1 call of workload \"bot\", but there were none.");
        ask("a");
        ask("b");
        assertThat(bot.assertCalled(2)).hasSize(2);
        assertThatThrownBy(() -> bot.assertCalled(3))
                .hasMessageStartingWith("Expected 3 calls of workload \"bot\", but there were 2:\n  POST /v1/chat");
    }

    @Test
    void aLimitOfTheModelComesWithItsRetryAfter() {
        bot.answer(ScriptedAnswer.rateLimited(Duration.ofSeconds(7)));
        RateLimitException refused = catchThrowableOfType(RateLimitException.class, () -> ask("a"));
        assertThat(refused.retryAfter()).contains(Duration.ofSeconds(7));
    }

    @Test
    void aLimitOfThePlatformIsARealOne() {
        ScriptedWorkload limited = platform.script("limited").always("yes");
        platform.limit("limited", 2);
        limited.endpoint().generateText(HI);
        limited.endpoint().generateText(HI);
        RateLimitException refused = catchThrowableOfType(
                RateLimitException.class, () -> limited.endpoint().generateText(HI));
        assertThat(refused.retryAfter()).isPresent();
        limited.assertCalled(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {500, 502, 503, 599})
    void anErrorOfTheModelServerIsPassedOn(int status) {
        bot.answer(ScriptedAnswer.serverError(status));
        ApiException failed = catchThrowableOfType(ApiException.class, () -> ask("a"));
        assertThat(failed.statusCode()).isEqualTo(status);
    }

    @Test
    void faultsOneAfterTheOtherKeepNobodyFromTheModel() {
        for (int i = 0; i < 5; i++) {
            bot.answer(ScriptedAnswer.connectionReset());
            ApiException failed = catchThrowableOfType(ApiException.class, () -> ask("a"));
            assertThat(failed.statusCode()).isEqualTo(502);
        }
        bot.assertCalled(5);
        bot.answer("back");
        assertThat(ask("a")).isEqualTo("back");
    }

    /**
     * With a client of its own: the platform ends the connection after such a stream, and a call that follows at once on the same
     * connection may find out too late.
     */
    @Test
    void aStreamThatIsCutFailsAfterItsPieces() {
        bot.answer(ScriptedAnswer.stream("a", "b", "c").cutAfter(2));
        List<String> got = new ArrayList<>();
        try (DataClient data = DataClient.builder()
                        .environment(Map.of())
                        .baseUrl(platform.baseUrl())
                        .project(platform.project())
                        .apiKey(platform.apiKey())
                        .build();
                TextStream stream = data.endpoint(bot.slug()).generateTextStream(HI)) {
            assertThatThrownBy(() -> stream.forEachRemaining(chunk -> got.add(chunk.text())))
                    .isInstanceOf(InferenceKeyException.class);
        }
        assertThat(got).containsExactly("a", "b");
    }

    @Test
    void aWholeAnswerThatIsCutIsNone() {
        bot.answer(ScriptedAnswer.text("never whole").cutAfter(1));
        assertThatThrownBy(() -> ask("a")).isInstanceOf(InferenceKeyException.class);
    }

    @Test
    void garbageIsNoAnswer() {
        bot.answer(ScriptedAnswer.garbage());
        assertThatThrownBy(() -> ask("a")).isInstanceOf(InferenceKeyException.class);
    }

    @Test
    void aSlowModelTakesItsTime() {
        long begun = System.nanoTime();
        bot.answer(ScriptedAnswer.stream("a", "b", "c")
                .after(Duration.ofMillis(40))
                .paced(Duration.ofMillis(20)));
        assertThat(pieces(bot)).containsExactly("a", "b", "c");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThan(Duration.ofMillis(80));
    }

    @Test
    void testsThatRunAtTheSameTimeSeeOnlyTheirOwnWorkload() throws Exception {
        List<ScriptedWorkload> workloads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            workloads.add(platform.script("parallel-" + i).always("answer " + i));
        }
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                ScriptedWorkload workload = workloads.get(i % 4);
                answers.add(threads.submit(
                        () -> workload.endpoint().generateText(HI).text()));
            }
            for (int i = 0; i < 40; i++) {
                assertThat(answers.get(i).get()).isEqualTo("answer " + i % 4);
            }
        }
        workloads.forEach(workload -> workload.assertCalled(10));
    }
}
