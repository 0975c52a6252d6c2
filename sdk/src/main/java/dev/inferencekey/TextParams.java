package dev.inferencekey;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to ask a text model. Immutable and thread-safe.
 *
 * {@snippet :
 * TextParams.builder()
 *         .messages(ChatMessage.system("Answer in one sentence."), ChatMessage.user("Where is my order?"))
 *         .temperature(0.2)
 *         .maxTokens(64)
 *         .extra("top_k", 20)
 *         .build();
 * }
 */
public final class TextParams {
    private final List<ChatMessage> messages;
    private final Settings settings;
    private final boolean includeUsage;

    private TextParams(List<ChatMessage> messages, Settings settings, boolean includeUsage) {
        this.messages = messages;
        this.settings = settings;
        this.includeUsage = includeUsage;
    }

    /** One question, everything else as the model has it. */
    public static TextParams ofPrompt(String prompt) {
        return builder().prompt(prompt).build();
    }

    /** An empty builder; exactly one of {@code prompt} and {@code messages} must be set. */
    public static Builder builder() {
        return new Builder();
    }

    /** A builder that holds all of this, to ask the same in another way, or to go on with the conversation. */
    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.messages = messages;
        builder.settings.addAll(settings);
        builder.includeUsage = includeUsage;
        return builder;
    }

    /** The conversation; a prompt is a user's message. */
    public List<ChatMessage> messages() {
        return messages;
    }

    /** Whether a field of the request is set, by whichever method. */
    boolean sets(String field) {
        return settings.contains(field);
    }

    /** The request's body. */
    Map<String, @Nullable Object> toJson(String model, boolean stream) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("model", model);
        json.put("messages", messages.stream().map(ChatMessage::toJson).toList());
        json.putAll(settings.fields());
        if (stream) {
            json.put("stream", true);
            if (includeUsage) {
                json.put(Builder.STREAM_OPTIONS, Map.of("include_usage", true));
            }
        }
        return json;
    }

    /** How many messages and which settings; no text, which may be private. */
    @Override
    public String toString() {
        return "TextParams[" + messages.size() + " messages, "
                + settings.fields().keySet() + "]";
    }

    /** Collects what to ask; {@link #build} checks what belongs together, setters their own value. Not thread-safe. */
    public static final class Builder {
        private static final Set<String> OWN = Set.of("model", "messages", "stream", "temperature", "max_tokens");
        private static final String STREAM_OPTIONS = "stream_options";
        private static final int MAX_STOPS = 16;
        private static final double MAX_PENALTY = 2;

        private @Nullable String system;
        private @Nullable String prompt;
        private @Nullable List<ChatMessage> messages;
        private boolean includeUsage;
        private final Settings settings = new Settings(OWN);

        private Builder() {}

        /** One user message. */
        public Builder prompt(String value) {
            this.prompt = value;
            return this;
        }

        /** How the model should behave: a system message before all others. */
        public Builder system(String value) {
            this.system = value;
            return this;
        }

        /** A conversation. */
        public Builder messages(List<ChatMessage> value) {
            this.messages = List.copyOf(value);
            return this;
        }

        /** A conversation. */
        public Builder messages(ChatMessage... value) {
            return messages(List.of(value));
        }

        /** How freely the model chooses, at least 0; most models take up to 2. */
        public Builder temperature(double value) {
            if (!Double.isFinite(value) || value < 0) {
                throw new ValidationException("temperature must be a number of at least 0");
            }
            return set("temperature", value);
        }

        /** The most tokens to answer with, at least 1. */
        public Builder maxTokens(int value) {
            if (value < 1) {
                throw new ValidationException("max_tokens must be at least 1");
            }
            return set("max_tokens", value);
        }

        /** Choose among the likeliest tokens that have this probability together; above 0, up to 1. */
        public Builder topP(double value) {
            if (!(value > 0 && value <= 1)) {
                throw new ValidationException("top_p must be above 0 and at most 1");
            }
            return set("top_p", value);
        }

        /** Texts at which the answer ends, without them; most servers take up to 4. */
        public Builder stop(String... values) {
            if (values.length == 0
                    || values.length > MAX_STOPS
                    || Arrays.asList(values).contains("")) {
                throw new ValidationException("stop must be 1 to " + MAX_STOPS + " texts that are not empty");
            }
            return set("stop", List.of(values));
        }

        /** What the choice of tokens begins with: the same answer for the same seed, as far as the server can. */
        public Builder seed(long value) {
            return set("seed", value);
        }

        /** Above 0 for less, below 0 for more of what was said already; from -2 to 2. */
        public Builder presencePenalty(double value) {
            settings.number("presence_penalty", value, -MAX_PENALTY, MAX_PENALTY);
            return this;
        }

        /** The same in proportion to how often it was said; from -2 to 2. */
        public Builder frequencyPenalty(double value) {
            settings.number("frequency_penalty", value, -MAX_PENALTY, MAX_PENALTY);
            return this;
        }

        /** How much a reasoning model thinks: {@code none}, {@code minimal}, {@code low}, {@code medium}, {@code high}, … */
        public Builder reasoningEffort(String value) {
            settings.text("reasoning_effort", value);
            return this;
        }

        /** The tools that the model may call; calls are in {@link TextResult#toolCalls} and {@link TextChunk#toolCalls}. */
        public Builder tools(List<Tool> values) {
            if (values.stream().map(Tool::name).distinct().count() < values.size()) {
                throw new ValidationException("two tools have the same name");
            }
            if (values.isEmpty()) {
                settings.remove("tools");
                return this;
            }
            return set("tools", values.stream().map(Tool::toJson).toList());
        }

        /** The tools that the model may call. */
        public Builder tools(Tool... values) {
            return tools(List.of(values));
        }

        /** Whether the model calls tools; by default as it thinks fit. */
        public Builder toolChoice(ToolChoice value) {
            return set("tool_choice", value.toJson());
        }

        /** Whether the model may call several tools in one answer; by default as the server has it, which is mostly yes. */
        public Builder parallelToolCalls(boolean value) {
            return set("parallel_tool_calls", value);
        }

        /** The form of the answer. To get a record, use {@link Endpoint#generateObject} instead. */
        public Builder responseFormat(ResponseFormat value) {
            return set("response_format", value.toJson());
        }

        /** Whether a streamed answer tells at its end what it used, see {@link TextStream#usage}; whole answers always do. */
        public Builder includeUsage(boolean value) {
            this.includeUsage = value;
            return this;
        }

        /**
         * Any further field of the request, as plain JSON: {@code extra("top_k", 20)}. A field that has a method here must not be set in
         * both ways.
         */
        public Builder extra(String name, @Nullable Object value) {
            settings.extra(name, value);
            return this;
        }

        /** @throws ValidationException if not exactly one of prompt and messages is set, or a field is set twice */
        public TextParams build() {
            if ((prompt == null) == (messages == null)) {
                throw new ValidationException("exactly one of prompt and messages must be set");
            }
            List<ChatMessage> asked = new ArrayList<>();
            if (system != null) {
                asked.add(ChatMessage.system(system));
            }
            if (prompt != null) {
                asked.add(ChatMessage.user(prompt));
            } else if (messages != null) {
                if (messages.isEmpty()) {
                    throw new ValidationException("messages must not be empty");
                }
                asked.addAll(messages);
            }
            if (includeUsage && settings.containsExtra(STREAM_OPTIONS)) {
                throw new ValidationException(STREAM_OPTIONS + " is set twice: by includeUsage and as an extra field");
            }
            return new TextParams(List.copyOf(asked), settings.copy(), includeUsage);
        }

        private Builder set(String field, Object value) {
            settings.set(field, value);
            return this;
        }
    }
}
