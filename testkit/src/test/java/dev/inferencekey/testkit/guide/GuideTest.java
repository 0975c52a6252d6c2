package dev.inferencekey.testkit.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.inferencekey.Endpoint;
import dev.inferencekey.InferenceKeyException;
import dev.inferencekey.RateLimitException;
import dev.inferencekey.TextParams;
import dev.inferencekey.contract.workload.TaskType;
import dev.inferencekey.testkit.InferenceKeyExtension;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.ScriptedAnswer;
import dev.inferencekey.testkit.ScriptedCall;
import dev.inferencekey.testkit.ScriptedWorkload;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag("slow")
final class GuideTest {
    // docs:start extension
    @RegisterExtension
    static final InferenceKeyExtension INFERENCE_KEY = new InferenceKeyExtension();
    // docs:end extension

    private static final TextParams HI = TextParams.ofPrompt("Hi");

    @Test
    void plain() {
        // docs:start plain
        try (InferenceKeyPlatform platform = InferenceKeyPlatform.start()) {
            Endpoint bot = platform.simulate("support-bot");
            System.out.println(bot.generateText(TextParams.ofPrompt("Hello")).text());
        }
        // docs:end plain
    }

    @Test
    void answers() {
        InferenceKeyPlatform platform = INFERENCE_KEY.platform();
        // docs:start answers
        ScriptedWorkload bot = platform.script("support-bot");
        bot.answer("Hello.").stream("It ", "is ", "late.").toolCall("find_order", Map.of("number", 7));
        bot.answerTo(call -> call.prompt().contains("refund"), "A colleague will call you.");
        bot.always(call -> ScriptedAnswer.text("You said: " + call.prompt()));

        ScriptedWorkload vectors = platform.script("vectors", TaskType.EMBEDDING);
        vectors.embedding(0.1, 0.2, 0.3);
        // docs:end answers
        assertThat(bot.endpoint().generateText(TextParams.ofPrompt("a refund")).text())
                .startsWith("A colleague");
        assertThat(bot.endpoint().generateText(HI).text()).isEqualTo("Hello.");
        assertThat(bot.endpoint().generateText(HI).text()).isEqualTo("It is late.");
        assertThat(bot.endpoint().generateText(HI).finishReason()).isEqualTo("tool_calls");
        assertThat(bot.endpoint().generateText(HI).text()).isEqualTo("You said: Hi");
        assertThat(vectors.endpoint().embed("a").embeddings()).hasSize(1);
    }

    @Test
    void faults() {
        InferenceKeyPlatform platform = INFERENCE_KEY.platform();
        // docs:start faults
        ScriptedWorkload bot = platform.script("flaky-bot");
        bot.answer(ScriptedAnswer.rateLimited(Duration.ofSeconds(30)));
        bot.answer(ScriptedAnswer.serverError(503));
        bot.answer(ScriptedAnswer.connectionReset());
        bot.answer(ScriptedAnswer.garbage());
        bot.answer(ScriptedAnswer.stream("It ", "is ", "late.").cutAfter(2));
        bot.answer(ScriptedAnswer.text("Slow.").after(Duration.ofMillis(200)).paced(Duration.ofMillis(50)));
        // docs:end faults
        for (int fault = 0; fault < 5; fault++) {
            assertThatThrownBy(() -> bot.endpoint().generateText(HI)).isInstanceOf(InferenceKeyException.class);
        }
        assertThat(bot.endpoint().generateText(HI).text()).isEqualTo("Slow.");

        ScriptedWorkload limited = platform.script("limited-bot").always("Yes.");
        // docs:start limit
        platform.limit("limited-bot", 1);
        // docs:end limit
        limited.endpoint().generateText(HI);
        assertThatThrownBy(() -> limited.endpoint().generateText(HI)).isInstanceOf(RateLimitException.class);
    }

    @Test
    void calls() {
        ScriptedWorkload bot = INFERENCE_KEY.platform().script("called-bot").always("Yes.");
        bot.endpoint()
                .generateText(TextParams.builder().prompt("Hi").maxTokens(20).build());
        // docs:start calls
        ScriptedCall call = bot.call(); // fails unless there was exactly one
        assertThat(call.path()).isEqualTo("/v1/chat/completions");
        assertThat(call.prompt()).isEqualTo("Hi");
        assertThat(call.json()).containsEntry("max_tokens", 20);
        assertThat(call.at("/messages/0/role")).isEqualTo("user");

        List<ScriptedCall> calls = bot.calls();
        assertThat(calls).extracting(ScriptedCall::prompt).containsExactly("Hi");
        // docs:end calls
    }
}
