package dev.inferencekey.langchain4j.suites;

import dev.inferencekey.langchain4j.InferenceKeyChatModel;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.service.common.AbstractAiServiceIT;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** LangChain4j's tests of a chat model behind an AI service: words, and a tool with an answer that is a record. */
@Tag("slow")
class AiServiceSuiteTest extends AbstractAiServiceIT {
    private static InferenceKeyPlatform platform;

    @BeforeAll
    static void start() {
        platform = InferenceKeyPlatform.start();
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @Override
    protected List<ChatModel> models() {
        return List.of(InferenceKeyChatModel.builder()
                .endpoint(ScriptedModel.on(platform).endpoint())
                .build());
    }
}
