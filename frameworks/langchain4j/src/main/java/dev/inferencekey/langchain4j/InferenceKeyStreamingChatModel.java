package dev.inferencekey.langchain4j;

import dev.inferencekey.TextParams;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.StreamingChatModel;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import java.util.List;
import java.util.Set;

/**
 * Chat over an endpoint, as it is being written: tools, images, thoughts, answers that fit a schema.
 *
 * <p>No thread waits for the model. The handler is called by the client's threads, one call after the other; it may take its time, and the
 * server waits meanwhile. Tool calls are told when they are complete. Cancelling closes the connection, so that the model stops, and the
 * handler is not called any more. A stream that is cut off ends with an error, never with a complete response.
 *
 * <p>Errors are LangChain4j's, with the client's as their cause. Thread-safe.
 */
public final class InferenceKeyStreamingChatModel implements StreamingChatModel {
    private final ChatSettings settings;

    private InferenceKeyStreamingChatModel(Builder builder) {
        this.settings = builder.settings();
    }

    /** A builder; {@code endpoint} must be set. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Returns at once; what goes wrong afterwards is told to the handler.
     *
     * @throws dev.langchain4j.exception.UnsupportedFeatureException if the request asks for what endpoints do not have; nothing is sent then
     * @throws dev.langchain4j.exception.InvalidRequestException if the request can't be right; nothing is sent then
     */
    @Override
    public void doChat(ChatRequest request, StreamingChatResponseHandler handler) {
        TextParams params = Requests.params(request, settings);
        settings.endpoint()
                .generateTextStreamAsync(params)
                .subscribe(new StreamedAnswer(handler, settings.returnThinking()));
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
        return "InferenceKeyStreamingChatModel[" + settings.endpoint().ref() + "]";
    }

    /** Collects what the model is made with. Not thread-safe. */
    public static final class Builder extends ChatModelBuilder<Builder> {
        private Builder() {}

        @Override
        Builder self() {
            return this;
        }

        /** @throws dev.langchain4j.exception.UnsupportedFeatureException if the parameters name another model than the workload's slug */
        public InferenceKeyStreamingChatModel build() {
            return new InferenceKeyStreamingChatModel(this);
        }
    }
}
