package dev.inferencekey.testkit.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.testkit.InferenceKeyTest;
import dev.inferencekey.testkit.ScriptedAnswer;
import dev.inferencekey.testkit.ScriptedWorkload;
import dev.inferencekey.testkit.Workload;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("slow")
// docs:start junit
@InferenceKeyTest
class SupportDeskTest {
    @Test
    void customersGetTheModelsAnswer(@Workload("support-bot") ScriptedWorkload bot) {
        bot.answer("It is on its way.");

        String reply = new SupportDesk(bot.endpoint()).reply("Where is my order?");

        assertThat(reply).isEqualTo("It is on its way.");
        assertThat(bot.call().prompt()).isEqualTo("Where is my order?");
    }

    @Test
    void customersAreToldWhenTheModelIsBusy(@Workload("support-bot") ScriptedWorkload bot) {
        bot.answer(ScriptedAnswer.rateLimited(Duration.ofSeconds(30)));

        assertThat(new SupportDesk(bot.endpoint()).reply("Hello?")).contains("again in 30 seconds");
    }
}
// docs:end junit
