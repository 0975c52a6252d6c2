package dev.inferencekey.langchain4j;

import dev.langchain4j.model.chat.request.ChatRequestParameters;
import dev.langchain4j.model.chat.request.DefaultChatRequestParameters;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of a chat model beside the messages: LangChain4j's common parameters, and those that only some of its providers have.
 * Immutable.
 *
 * <p>The model is the endpoint's: {@code modelName} must be empty or the workload's slug.
 */
public final class InferenceKeyChatRequestParameters extends DefaultChatRequestParameters {
    /** Nothing set. */
    public static final InferenceKeyChatRequestParameters EMPTY = builder().build();

    private final @Nullable Integer seed;
    private final @Nullable Boolean parallelToolCalls;
    private final @Nullable String reasoningEffort;
    private final Map<String, @Nullable Object> customParameters;

    private InferenceKeyChatRequestParameters(Builder builder) {
        super(builder);
        this.seed = builder.seed;
        this.parallelToolCalls = builder.parallelToolCalls;
        this.reasoningEffort = builder.reasoningEffort;
        this.customParameters = Collections.unmodifiableMap(new LinkedHashMap<>(builder.customParameters));
    }

    /** Nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    /** What the choice of tokens begins with; null: the server's choice. */
    public @Nullable Integer seed() {
        return seed;
    }

    /** Whether the model may call several tools in one answer; null: as the server has it, which is mostly yes. */
    public @Nullable Boolean parallelToolCalls() {
        return parallelToolCalls;
    }

    /** How much a reasoning model thinks, such as {@code low}; null: as the model has it. */
    public @Nullable String reasoningEffort() {
        return reasoningEffort;
    }

    /** Further fields of the request. Unmodifiable. */
    public Map<String, @Nullable Object> customParameters() {
        return customParameters;
    }

    @Override
    public InferenceKeyChatRequestParameters overrideWith(ChatRequestParameters that) {
        return builder().overrideWith(this).overrideWith(that).build();
    }

    @Override
    public InferenceKeyChatRequestParameters defaultedBy(ChatRequestParameters that) {
        return builder().overrideWith(that).overrideWith(this).build();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return super.equals(other)
                && other instanceof InferenceKeyChatRequestParameters that
                && Objects.equals(seed, that.seed)
                && Objects.equals(parallelToolCalls, that.parallelToolCalls)
                && Objects.equals(reasoningEffort, that.reasoningEffort)
                && customParameters.equals(that.customParameters);
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), seed, parallelToolCalls, reasoningEffort, customParameters);
    }

    /** All that is common, and what is added here. */
    @Override
    public String toString() {
        return "InferenceKeyChatRequestParameters[" + super.toString() + ", seed=" + seed + ", parallelToolCalls="
                + parallelToolCalls + ", reasoningEffort=" + reasoningEffort + ", customParameters="
                + customParameters.keySet() + "]";
    }

    /** Collects parameters. Not thread-safe. */
    public static final class Builder extends DefaultChatRequestParameters.Builder<Builder> {
        private @Nullable Integer seed;
        private @Nullable Boolean parallelToolCalls;
        private @Nullable String reasoningEffort;
        private final Map<String, @Nullable Object> customParameters = new LinkedHashMap<>();

        private Builder() {}

        /** What is set there beats what is set here. */
        @Override
        public Builder overrideWith(ChatRequestParameters parameters) {
            super.overrideWith(parameters);
            if (parameters instanceof InferenceKeyChatRequestParameters that) {
                seed = that.seed == null ? seed : that.seed;
                parallelToolCalls = that.parallelToolCalls == null ? parallelToolCalls : that.parallelToolCalls;
                reasoningEffort = that.reasoningEffort == null ? reasoningEffort : that.reasoningEffort;
                customParameters.putAll(that.customParameters);
            }
            return this;
        }

        /** The same answer for the same seed, as far as the server can. */
        public Builder seed(@Nullable Integer value) {
            this.seed = value;
            return this;
        }

        /** Whether the model may call several tools in one answer. */
        public Builder parallelToolCalls(@Nullable Boolean value) {
            this.parallelToolCalls = value;
            return this;
        }

        /** How much a reasoning model thinks: {@code none}, {@code minimal}, {@code low}, {@code medium}, {@code high}, … */
        public Builder reasoningEffort(@Nullable String value) {
            this.reasoningEffort = value;
            return this;
        }

        /** A further field of the request, as plain JSON: {@code customParameter("min_p", 0.1)}. */
        public Builder customParameter(String name, @Nullable Object value) {
            customParameters.put(name, value);
            return this;
        }

        @Override
        public InferenceKeyChatRequestParameters build() {
            return new InferenceKeyChatRequestParameters(this);
        }
    }
}
