package dev.inferencekey.langchain4j;

import dev.inferencekey.TextParams;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import java.util.List;
import java.util.Set;

/**
 * Chat over an endpoint: tools, images, answers that fit a schema.
 *
 * {@snippet :
 * ChatModel model = InferenceKeyChatModel.builder().endpoint(data.endpoint("support-bot")).temperature(0.2).build();
 * }
 *
 * <p>Errors are LangChain4j's, with the client's as their cause. Calls are tried again as the {@link dev.inferencekey.DataClient} is set to.
 * Thread-safe.
 */
public final class InferenceKeyChatModel implements ChatModel {
    private final ChatSettings settings;

    private InferenceKeyChatModel(Builder builder) {
        this.settings = builder.settings();
    }

    /** A builder; {@code endpoint} must be set. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * @throws dev.langchain4j.exception.UnsupportedFeatureException if the request asks for what endpoints do not have; nothing is sent then
     * @throws dev.langchain4j.exception.ContentFilteredException if the model refuses
     * @throws dev.langchain4j.exception.LangChain4jException that says what else went wrong
     */
    @Override
    public ChatResponse doChat(ChatRequest request) {
        TextParams params = Requests.params(request, settings);
        return Responses.of(Errors.mapped(() -> settings.endpoint().generateText(params)), settings.returnThinking());
    }

    /** What holds where a request says nothing else, with the workload's slug as the model's name. */
    @Override
    public InferenceKeyChatRequestParameters defaultRequestParameters() {
        return settings.defaults();
    }

    @Override
    public List<ChatModelListener> listeners() {
        return settings.listeners();
    }

    @Override
    public Set<Capability> supportedCapabilities() {
        return settings.capabilities();
    }

    /** Which workload it calls. */
    @Override
    public String toString() {
        return "InferenceKeyChatModel[" + settings.endpoint().ref() + "]";
    }

    /** Collects what the model is made with. Not thread-safe. */
    public static final class Builder extends ChatModelBuilder<Builder> {
        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /** @throws dev.langchain4j.exception.UnsupportedFeatureException if the parameters name another model than the workload's slug */
        public InferenceKeyChatModel build() {
            return new InferenceKeyChatModel(this);
        }
    }
}
