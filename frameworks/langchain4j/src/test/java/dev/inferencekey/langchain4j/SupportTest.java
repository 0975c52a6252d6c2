package dev.inferencekey.langchain4j;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.langchain4j.AiServicesTest.Orders;
import dev.inferencekey.langchain4j.AiServicesTest.Support;
import dev.inferencekey.testkit.InferenceKeyTest;
import dev.inferencekey.testkit.ScriptedWorkload;
import dev.inferencekey.testkit.Workload;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.service.AiServices;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The test that the guide shows. */
@Tag("slow")
// docs:start test
@InferenceKeyTest
class SupportTest {
    @Test
    void asksForTheOrder(@Workload("support-bot") ScriptedWorkload bot) {
        bot.toolCall("findOrder", Map.of("number", "A-17")).answer("It is on a ship.");
        ChatModel model =
                InferenceKeyChatModel.builder().endpoint(bot.endpoint()).build();
        Support support = AiServices.builder(Support.class)
                .chatModel(model)
                .tools(new Orders())
                .build();

        assertThat(support.answer("Where is order A-17?")).isEqualTo("It is on a ship.");
        assertThat(bot.calls().getLast().body()).contains("A-17 is on a ship");
    }
}
// docs:end test
