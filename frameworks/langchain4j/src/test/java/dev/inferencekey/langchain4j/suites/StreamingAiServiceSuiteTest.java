package dev.inferencekey.langchain4j.suites;

import dev.inferencekey.langchain4j.InferenceKeyStreamingChatModel;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.service.common.AbstractStreamingAiServiceIT;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** LangChain4j's tests of a streaming chat model behind an AI service: words, and tools that end the answer. */
@Tag("slow")
class StreamingAiServiceSuiteTest extends AbstractStreamingAiServiceIT {
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
    protected List<StreamingChatModel> models() {
        return List.of(InferenceKeyStreamingChatModel.builder()
                .endpoint(ScriptedModel.on(platform).endpoint())
                .build());
    }
}
