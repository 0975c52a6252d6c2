package dev.inferencekey.langchain4j.suites;

import dev.inferencekey.langchain4j.InferenceKeyStreamingChatModel;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelListenerIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** LangChain4j's tests of what a streaming chat model tells its listeners. */
@Tag("slow")
class StreamingChatListenerSuiteTest extends AbstractStreamingChatModelListenerIT {
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
    protected StreamingChatModel createModel(ChatModelListener listener) {
        return InferenceKeyStreamingChatModel.builder()
                .endpoint(ScriptedModel.on(platform).endpoint())
                .temperature(temperature())
                .topP(topP())
                .maxOutputTokens(maxTokens())
                .listeners(listener)
                .build();
    }

    @Override
    protected String modelName() {
        return "bot";
    }

    @Override
    protected StreamingChatModel createFailingModel(ChatModelListener listener) {
        return InferenceKeyStreamingChatModel.builder()
                .endpoint(ScriptedModel.failing(platform).endpoint())
                .listeners(listener)
                .build();
    }

    @Override
    protected Class<? extends Exception> expectedExceptionClass() {
        return InternalServerException.class;
    }
}
