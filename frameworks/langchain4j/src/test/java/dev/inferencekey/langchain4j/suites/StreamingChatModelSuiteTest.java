package dev.inferencekey.langchain4j.suites;

import dev.inferencekey.langchain4j.InferenceKeyChatRequestParameters;
import dev.inferencekey.langchain4j.InferenceKeyStreamingChatModel;
import dev.inferencekey.testkit.InferenceKeyPlatform;
import dev.inferencekey.testkit.ScriptedWorkload;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.common.AbstractStreamingChatModelIT;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.mockito.InOrder;

/** LangChain4j's tests of a streaming chat model, with strict schemas and without. */
@Tag("slow")
class StreamingChatModelSuiteTest extends AbstractStreamingChatModelIT {
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
    protected List<StreamingChatModel> models() {
        return List.of(
                InferenceKeyStreamingChatModel.builder()
                        .endpoint(bot.endpoint())
                        .build(),
                InferenceKeyStreamingChatModel.builder()
                        .endpoint(bot.endpoint())
                        .strictTools(true)
                        .strictJsonSchema(true)
                        .build());
    }

    @Override
    public StreamingChatModel createModelWith(ChatModelListener listener) {
        return InferenceKeyStreamingChatModel.builder()
                .endpoint(bot.endpoint())
                .listeners(listener)
                .build();
    }

    @Override
    protected StreamingChatModel createModelWith(ChatRequestParameters parameters) {
        return InferenceKeyStreamingChatModel.builder()
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

    @Override
    protected void verifyToolCallbacks(StreamingChatResponseHandler handler, InOrder io, String id) {
        io.verify(handler).onCompleteToolCall(complete(0, id, "getWeather", "{\"city\":\"Munich\"}"));
    }

    @Override
    protected void verifyToolCallbacks(StreamingChatResponseHandler handler, InOrder io, String id1, String id2) {
        io.verify(handler).onCompleteToolCall(complete(0, id1, "getWeather", "{\"city\":\"Munich\"}"));
        io.verify(handler).onCompleteToolCall(complete(1, id2, "getTime", "{\"country\":\"France\"}"));
    }

    /** The model is the endpoint's. */
    @Override
    protected boolean supportsModelNameParameter() {
        return false;
    }

    /** They come when they are complete. */
    @Override
    protected boolean supportsPartialToolStreaming(StreamingChatModel model) {
        return false;
    }

    /** The client's threads call a handler one after the other, and none of them waits for the model. */
    @Override
    protected boolean assertThreads() {
        return false;
    }
}
