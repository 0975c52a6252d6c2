package dev.inferencekey.spring.ai;

import dev.inferencekey.Endpoint;
import dev.inferencekey.TextParams;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.model.ChatModel;
import org.springframework.ai.chat.model.ChatResponse;
import org.springframework.ai.chat.model.MessageAggregator;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.chat.observation.ChatModelObservationDocumentation;
import org.springframework.ai.chat.observation.DefaultChatModelObservationConvention;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.chat.prompt.Prompt;
import reactor.adapter.JdkFlowAdapter;
import reactor.core.publisher.Flux;

/**
 * Chat over an endpoint: whole and streamed answers, tools, answers that fit a schema. It tells which tools the model wants called; a {@code
 * ChatClient} calls them. Retries, time limits and errors are the client's, see {@link Endpoint}. Thread-safe.
 */
public final class InferenceKeyChatModel implements ChatModel {
    static final String PROVIDER = "inferencekey";

    private static final DefaultChatModelObservationConvention CONVENTION = new DefaultChatModelObservationConvention();

    private final Endpoint endpoint;
    private final InferenceKeyChatOptions defaults;
    private final ObservationRegistry observations;

    /** With nothing set and unobserved. */
    public InferenceKeyChatModel(Endpoint endpoint) {
        this(endpoint, InferenceKeyChatOptions.builder().build(), ObservationRegistry.NOOP);
    }

    /**
     * @param defaults what holds where a prompt says nothing else
     * @param observations where {@code gen_ai.client.operation} is observed
     */
    public InferenceKeyChatModel(
            Endpoint endpoint, InferenceKeyChatOptions defaults, ObservationRegistry observations) {
        this.endpoint = endpoint;
        this.defaults = defaults.mutate().model(endpoint.ref().workloadSlug()).build();
        this.observations = observations;
    }

    /** The default options, with the workload's slug as the model. */
    @Override
    public InferenceKeyChatOptions getOptions() {
        return defaults;
    }

    @Override
    public ChatResponse call(Prompt prompt) {
        InferenceKeyChatOptions options = merged(prompt.getOptions());
        TextParams params = Messages.params(prompt.getInstructions(), options);
        ChatModelObservationContext context = context(prompt, options, false);
        return observation(context).observe(() -> {
            ChatResponse response = Responses.of(endpoint.generateText(params));
            context.setResponse(response);
            return response;
        });
    }

    /** Each subscriber makes a call of its own; cancelling the subscription stops the model. */
    @Override
    public Flux<ChatResponse> stream(Prompt prompt) {
        return Flux.deferContextual(reactive -> {
            InferenceKeyChatOptions options = merged(prompt.getOptions());
            TextParams params = Messages.params(prompt.getInstructions(), options);
            ChatModelObservationContext context = context(prompt, options, true);
            Observation observation = observation(context)
                    .parentObservation(reactive.getOrDefault(ObservationThreadLocalAccessor.KEY, null))
                    .start();
            Flux<ChatResponse> answer = JdkFlowAdapter.flowPublisherToFlux(endpoint.generateTextStreamAsync(params))
                    .map(Responses::of)
                    .doOnError(observation::error)
                    .doFinally(signal -> observation.stop())
                    .contextWrite(inner -> inner.put(ObservationThreadLocalAccessor.KEY, observation));
            return new MessageAggregator().aggregate(answer, context::setResponse);
        });
    }

    private InferenceKeyChatOptions merged(@Nullable ChatOptions asked) {
        return asked == null
                ? defaults
                : defaults.mutate()
                        .combineWith(asked.mutate())
                        .model(endpoint.ref().workloadSlug())
                        .build();
    }

    private static ChatModelObservationContext context(
            Prompt prompt, InferenceKeyChatOptions options, boolean streaming) {
        return ChatModelObservationContext.builder()
                .prompt(new Prompt(prompt.getInstructions(), options))
                .provider(PROVIDER)
                .streaming(streaming)
                .build();
    }

    private Observation observation(ChatModelObservationContext context) {
        return ChatModelObservationDocumentation.CHAT_MODEL_OPERATION.observation(
                null, CONVENTION, () -> context, observations);
    }

    /** Which workload it calls. */
    @Override
    public String toString() {
        return "InferenceKeyChatModel[" + endpoint.ref() + "]";
    }
}
