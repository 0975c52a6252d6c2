package dev.inferencekey.langchain4j.suites;

import dev.inferencekey.langchain4j.InferenceKeyChatModel;
import dev.inferencekey.langchain4j.InferenceKeyChatRequestParameters;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.ScriptedWorkload;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelIT;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** LangChain4j's tests of a chat model, with strict schemas and without. */
@Tag("slow")
class ChatModelSuiteTest extends AbstractChatModelIT {
    private static InferenceKeyPlatform platform;
    private static ScriptedWorkload bot;

    @BeforeAll
    static void start() {
        platform = InferenceKeyPlatform.start();
        bot = ScriptedModel.on(platform);
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @Override
    protected List<ChatModel> models() {
        return List.of(
                InferenceKeyChatModel.builder().endpoint(bot.endpoint()).build(),
                InferenceKeyChatModel.builder()
                        .endpoint(bot.endpoint())
                        .strictTools(true)
                        .strictJsonSchema(true)
                        .build());
    }

    @Override
    protected ChatModel createModelWith(ChatRequestParameters parameters) {
        return InferenceKeyChatModel.builder()
                .endpoint(bot.endpoint())
                .defaultRequestParameters(parameters)
                .build();
    }

    @Override
    protected ChatRequestParameters createIntegrationSpecificParameters(int maxOutputTokens) {
        return InferenceKeyChatRequestParameters.builder()
                .maxOutputTokens(maxOutputTokens)
                .build();
    }

    /** The model is the endpoint's. */
    @Override
    protected boolean supportsModelNameParameter() {
        return false;
    }
}
