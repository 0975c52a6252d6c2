package com.example.support;

import static org.assertj.core.api.Assertions.assertThat;

import dev.inferencekey.Endpoint;
import dev.inferencekey.ManagementClient;
import dev.inferencekey.TextParams;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.InferenceKeyTest;
import dev.inferencekey.testkit.ScriptedWorkload;
import dev.inferencekey.testkit.Workload;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.TestPropertySource;

/** A further test class that is configured as {@link SupportApplicationTest} is: it gets its context, or has that use its own. */
@Tag("slow")
@TestPropertySource("/support.properties")
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@InferenceKeyTest
class SharedContextTest {
    @Autowired
    Endpoint supportBot;

    @Test
    void isInTheProjectOfTheContext(
            InferenceKeyPlatform platform,
            @Workload("support-bot") ScriptedWorkload bot,
            @Autowired ObjectProvider<ManagementClient> management) {
        bot.answer("Yes.");
        assertThat(supportBot.generateText(TextParams.ofPrompt("Is it?")).text())
                .isEqualTo("Yes.");
        assertThat(supportBot.ref().projectSlug()).isEqualTo(platform.project());
        assertThat(management.getIfAvailable()).isNull();
    }

    @Nested
    class InANestedClass {
        @Test
        void isInTheSameProject(InferenceKeyPlatform platform, @Workload("support-bot") ScriptedWorkload bot) {
            bot.answer("Yes.");
            assertThat(supportBot.generateText(TextParams.ofPrompt("Is it?")).text())
                    .isEqualTo("Yes.");
            assertThat(supportBot.ref().projectSlug()).isEqualTo(platform.project());
        }
    }
}
