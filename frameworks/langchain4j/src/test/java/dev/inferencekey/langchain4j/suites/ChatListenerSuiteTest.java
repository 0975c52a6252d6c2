package dev.inferencekey.langchain4j.suites;

import dev.inferencekey.langchain4j.InferenceKeyChatModel;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.common.AbstractChatModelListenerIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;

/** LangChain4j's tests of what a chat model tells its listeners. */
@Tag("slow")
class ChatListenerSuiteTest extends AbstractChatModelListenerIT {
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
    protected ChatModel createModel(ChatModelListener listener) {
        return InferenceKeyChatModel.builder()
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
    protected ChatModel createFailingModel(ChatModelListener listener) {
        return InferenceKeyChatModel.builder()
                .endpoint(ScriptedModel.failing(platform).endpoint())
                .listeners(listener)
                .build();
    }

    @Override
    protected Class<? extends Exception> expectedExceptionClass() {
        return InternalServerException.class;
    }
}
