package dev.inferencekey.spring.ai;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.test.options.AbstractChatOptionsTests;

/** Spring AI's tests of options, and what is added to them here. */
class InferenceKeyChatOptionsTest
        extends AbstractChatOptionsTests<InferenceKeyChatOptions, InferenceKeyChatOptions.Builder> {
    @Override
    protected Class<InferenceKeyChatOptions> getConcreteOptionsClass() {
        return InferenceKeyChatOptions.class;
    }

    @Override
    protected InferenceKeyChatOptions.Builder readyToBuildBuilder() {
        return InferenceKeyChatOptions.builder()
                .model("bot")
                .temperature(0.5)
                .topK(3)
                .outputSchema("{}")
                .extra("seed", 7);
    }

    @Test
    void keepsEverythingWhenItIsChanged() {
        InferenceKeyChatOptions options = InferenceKeyChatOptions.builder()
                .model("bot")
                .temperature(0.1)
                .topK(3)
                .topP(0.9)
                .maxTokens(64)
                .frequencyPenalty(0.2)
                .presencePenalty(0.3)
                .stopSequences(List.of("END"))
                .toolContext("user", "anna")
                .outputSchema("{}")
                .extra("seed", 7)
                .build();
        assertThat(options.mutate().build()).isEqualTo(options).hasSameHashCodeAs(options);
        assertThat(options.mutate().extra("seed", 8).build()).isNotEqualTo(options);
        assertThat(options.getExtra()).isEqualTo(Map.of("seed", 7));
        assertThat(options.mutate().clone().build()).isEqualTo(options);
    }

    @Test
    void letsWhatIsAskedForBeatWhatIsTheDefault() {
        InferenceKeyChatOptions defaults = InferenceKeyChatOptions.builder()
                .temperature(0.1)
                .maxTokens(64)
                .extra("seed", 7)
                .build();
        InferenceKeyChatOptions merged = defaults.mutate()
                .combineWith(ChatOptions.builder().temperature(0.9))
                .combineWith(
                        InferenceKeyChatOptions.builder().outputSchema("{}").extra("min_p", 0.1))
                .build();
        assertThat(merged.getTemperature()).isEqualTo(0.9);
        assertThat(merged.getMaxTokens()).isEqualTo(64);
        assertThat(merged.getOutputSchema()).isEqualTo("{}");
        assertThat(merged.getExtra()).isEqualTo(Map.of("seed", 7, "min_p", 0.1));
    }
}
