package dev.inferencekey.langchain4j;

import dev.inferencekey.Endpoint;
import dev.langchain4j.model.chat.Capability;
import dev.langchain4j.model.chat.listener.ChatModelListener;
import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.ResponseFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a chat model, streaming or not, is made with. {@link #endpoint} must be set. What is set here is the default: a request's own
 * parameters come before it. Not thread-safe.
 *
 * @param <B> the builder's own type
 */
public abstract sealed class ChatModelBuilder<B extends ChatModelBuilder<B>>
        permits InferenceKeyChatModel.Builder, InferenceKeyStreamingChatModel.Builder {
    private final InferenceKeyChatRequestParameters.Builder own = InferenceKeyChatRequestParameters.builder();
    private @Nullable Endpoint endpoint;
    private ChatRequestParameters defaults = InferenceKeyChatRequestParameters.EMPTY;
    private boolean strictTools;
    private boolean strictJsonSchema;
    private boolean returnThinking;
    private boolean sendThinking;
    private Set<Capability> capabilities = Set.of(Capability.RESPONSE_FORMAT_JSON_SCHEMA);
    private List<ChatModelListener> listeners = List.of();

    ChatModelBuilder() {}

    abstract B self();

    /** The workload that is called, and with which key. Its {@code DataClient} says how long a call may take and what is tried again. */
    public B endpoint(Endpoint value) {
        this.endpoint = Objects.requireNonNull(value, "endpoint");
        return self();
    }

    /**
     * Any parameters, of LangChain4j or {@link InferenceKeyChatRequestParameters}. Those that are set one by one come before these, in
     * whichever order.
     */
    public B defaultRequestParameters(ChatRequestParameters value) {
        this.defaults = Objects.requireNonNull(value, "defaultRequestParameters");
        return self();
    }

    /** How freely the model chooses, at least 0; most models take up to 2. */
    public B temperature(@Nullable Double value) {
        own.temperature(value);
        return self();
    }

    /** Choose among the likeliest tokens that have this probability together; above 0, up to 1. */
    public B topP(@Nullable Double value) {
        own.topP(value);
        return self();
    }

    /** Choose among so many of the likeliest tokens; sent as {@code top_k}, which not every model server knows. */
    public B topK(@Nullable Integer value) {
        own.topK(value);
        return self();
    }

    /** Above 0 for less, below 0 for more of what was said often; from -2 to 2. */
    public B frequencyPenalty(@Nullable Double value) {
        own.frequencyPenalty(value);
        return self();
    }

    /** Above 0 for less, below 0 for more of what was said already; from -2 to 2. */
    public B presencePenalty(@Nullable Double value) {
        own.presencePenalty(value);
        return self();
    }

    /** The most tokens to answer with, at least 1. */
    public B maxOutputTokens(@Nullable Integer value) {
        own.maxOutputTokens(value);
        return self();
    }

    /** Texts at which the answer ends, without them. */
    public B stopSequences(String... values) {
        own.stopSequences(values);
        return self();
    }

    /** The same answer for the same seed, as far as the server can. */
    public B seed(@Nullable Integer value) {
        own.seed(value);
        return self();
    }

    /** How much a reasoning model thinks: {@code none}, {@code minimal}, {@code low}, {@code medium}, {@code high}, … */
    public B reasoningEffort(@Nullable String value) {
        own.reasoningEffort(value);
        return self();
    }

    /** Whether the model may call several tools in one answer; by default as the server has it, which is mostly yes. */
    public B parallelToolCalls(@Nullable Boolean value) {
        own.parallelToolCalls(value);
        return self();
    }

    /** The form of answers: text, JSON, or JSON that fits a schema. */
    public B responseFormat(@Nullable ResponseFormat value) {
        own.responseFormat(value);
        return self();
    }

    /** A further field of the request, as plain JSON: {@code customParameter("min_p", 0.1)}. */
    public B customParameter(String name, @Nullable Object value) {
        own.customParameter(name, value);
        return self();
    }

    /**
     * Whether tools that do not say it themselves are strict: all arguments are required, no others allowed, and servers that know this hold
     * the model to it. Off by default.
     */
    public B strictTools(boolean value) {
        this.strictTools = value;
        return self();
    }

    /**
     * Whether schemas of answers are strict: all members are required, no others allowed, and servers refuse what they can't hold the model
     * to. Off by default; llama.cpp and vLLM hold a model to the schema in any case.
     */
    public B strictJsonSchema(boolean value) {
        this.strictJsonSchema = value;
        return self();
    }

    /** Whether a reasoning model's thoughts are part of its answer, and streamed. Off by default: they would be stored with the messages. */
    public B returnThinking(boolean value) {
        this.returnThinking = value;
        return self();
    }

    /** Whether thoughts of earlier answers are sent along, as {@code reasoning_content}. Off by default. */
    public B sendThinking(boolean value) {
        this.sendThinking = value;
        return self();
    }

    /**
     * What AI services may count on; by default that the model can be held to a JSON schema, as engines of this platform can. Without it they
     * describe the schema in the prompt.
     */
    public B supportedCapabilities(Capability... values) {
        this.capabilities = Set.of(values);
        return self();
    }

    /** Who is told of each request, answer and error. */
    public B listeners(List<ChatModelListener> values) {
        this.listeners = List.copyOf(values);
        return self();
    }

    /** Who is told of each request, answer and error. */
    public B listeners(ChatModelListener... values) {
        return listeners(List.of(values));
    }

    ChatSettings settings() {
        return new ChatSettings(
                Objects.requireNonNull(endpoint, "endpoint must be set"),
                InferenceKeyChatRequestParameters.EMPTY.overrideWith(defaults).overrideWith(own.build()),
                strictTools,
                strictJsonSchema,
                returnThinking,
                sendThinking,
                capabilities,
                listeners);
    }
}
