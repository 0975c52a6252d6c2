package dev.inferencekey.spring.ai;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.prompt.ChatOptions;
import org.springframework.ai.model.tool.DefaultToolCallingChatOptions;
import org.springframework.ai.model.tool.StructuredOutputChatOptions;

/**
 * What can be asked of a chat model beside the messages: Spring AI's portable options, tools, a schema for the answer, and any further field of
 * the request. The model is the endpoint's: {@code model} is shown to observations and has no effect. Immutable.
 */
public final class InferenceKeyChatOptions extends DefaultToolCallingChatOptions
        implements StructuredOutputChatOptions {
    private final @Nullable String outputSchema;
    private final Map<String, Object> extra;

    private InferenceKeyChatOptions(
            DefaultToolCallingChatOptions portable, @Nullable String outputSchema, Map<String, Object> extra) {
        super(
                portable.getToolCallbacks(),
                portable.getToolContext(),
                portable.getModel(),
                portable.getFrequencyPenalty(),
                portable.getMaxTokens(),
                portable.getPresencePenalty(),
                portable.getStopSequences(),
                portable.getTemperature(),
                portable.getTopK(),
                portable.getTopP());
        this.outputSchema = outputSchema;
        this.extra = Collections.unmodifiableMap(new LinkedHashMap<>(extra));
    }

    /** Nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    /** The JSON schema that the answer must fit; null for an answer in words. */
    @Override
    public @Nullable String getOutputSchema() {
        return outputSchema;
    }

    /** Further fields of the request, such as {@code seed}. Unmodifiable. */
    public Map<String, Object> getExtra() {
        return extra;
    }

    @Override
    public Builder mutate() {
        Builder builder = new Builder();
        builder.model(getModel())
                .frequencyPenalty(getFrequencyPenalty())
                .maxTokens(getMaxTokens())
                .presencePenalty(getPresencePenalty())
                .stopSequences(getStopSequences())
                .temperature(getTemperature())
                .topK(getTopK())
                .topP(getTopP())
                .toolCallbacks(getToolCallbacks())
                .toolContext(getToolContext())
                .outputSchema(outputSchema);
        builder.extra.putAll(extra);
        return builder;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other)
                && other instanceof InferenceKeyChatOptions that
                && Objects.equals(outputSchema, that.outputSchema)
                && extra.equals(that.extra);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), outputSchema, extra);
    }

    /** Collects options. Not thread-safe. */
    public static final class Builder extends DefaultToolCallingChatOptions.Builder<Builder>
            implements StructuredOutputChatOptions.Builder<Builder> {
        private @Nullable String outputSchema;
        private Map<String, Object> extra = new LinkedHashMap<>();

        private Builder() {}

        @Override
        public Builder outputSchema(@Nullable String schema) {
            this.outputSchema = schema;
            return this;
        }

        /** A further field of the request, as plain JSON: {@code extra("seed", 7)}. */
        public Builder extra(String name, Object value) {
            extra.put(name, value);
            return this;
        }

        @Override
        public Builder clone() {
            Builder copy = super.clone();
            copy.extra = new LinkedHashMap<>(extra);
            return copy;
        }

        @Override
        public Builder combineWith(ChatOptions.Builder<?> other) {
            super.combineWith(other);
            if (other instanceof Builder that) {
                outputSchema = that.outputSchema == null ? outputSchema : that.outputSchema;
                extra.putAll(that.extra);
            }
            return this;
        }

        @Override
        public InferenceKeyChatOptions build() {
            return new InferenceKeyChatOptions((DefaultToolCallingChatOptions) super.build(), outputSchema, extra);
        }
    }
}
