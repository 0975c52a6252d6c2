package dev.inferencekey;

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
 *         .messages(List.of(ChatMessage.system("Answer in one sentence."), ChatMessage.user("Where is my order?")))
 *         .temperature(0.2)
 *         .maxTokens(64)
 *         .extra("seed", 7)
 *         .build();
 * }
 */
public final class TextParams {
    private final List<ChatMessage> messages;
    private final Map<String, @Nullable Object> settings;

    private TextParams(List<ChatMessage> messages, Map<String, @Nullable Object> settings) {
        this.messages = messages;
        this.settings = settings;
    }

    /** One question, everything else as the model has it. */
    public static TextParams ofPrompt(String prompt) {
        return builder().prompt(prompt).build();
    }

    /** An empty builder; exactly one of {@code prompt} and {@code messages} must be set. */
    public static Builder builder() {
        return new Builder();
    }

    /** The request's body. */
    Map<String, @Nullable Object> toJson(String model, boolean stream) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("model", model);
        json.put("messages", messages.stream().map(ChatMessage::toJson).toList());
        json.putAll(settings);
        if (stream) {
            json.put("stream", true);
        }
        return json;
    }

    /** How many messages and which settings; no text, which may be private. */
    @Override
    public String toString() {
        return "TextParams[" + messages.size() + " messages, " + settings.keySet() + "]";
    }

    /** Collects what to ask; {@link #build} checks it. Not thread-safe. */
    public static final class Builder {
        private static final Set<String> OWN = Set.of("model", "messages", "stream", "temperature", "max_tokens");

        private @Nullable String prompt;
        private @Nullable List<ChatMessage> messages;
        private @Nullable Double temperature;
        private @Nullable Integer maxTokens;
        private final Map<String, @Nullable Object> extra = new LinkedHashMap<>();

        private Builder() {}

        /** One user message. */
        public Builder prompt(String value) {
            this.prompt = value;
            return this;
        }

        /** A conversation. */
        public Builder messages(List<ChatMessage> value) {
            this.messages = List.copyOf(value);
            return this;
        }

        /** How freely the model chooses, at least 0; most models take up to 2. */
        public Builder temperature(double value) {
            this.temperature = value;
            return this;
        }

        /** The most tokens to answer with, at least 1. */
        public Builder maxTokens(int value) {
            this.maxTokens = value;
            return this;
        }

        /** Any further field of the request, as plain JSON: {@code extra("seed", 7)}. */
        public Builder extra(String name, @Nullable Object value) {
            if (OWN.contains(name)) {
                throw new ValidationException(name + " can't be an extra field: the client sets it");
            }
            extra.put(name, PlainJson.value(value, name));
            return this;
        }

        /** @throws ValidationException if not exactly one of prompt and messages is set, or a number is out of range */
        public TextParams build() {
            List<ChatMessage> asked = messages == null ? List.of() : messages;
            if ((prompt == null) == (messages == null)) {
                throw new ValidationException("exactly one of prompt and messages must be set");
            }
            if (prompt != null) {
                asked = List.of(ChatMessage.user(prompt));
            }
            if (asked.isEmpty()) {
                throw new ValidationException("messages must not be empty");
            }
            Map<String, @Nullable Object> settings = new LinkedHashMap<>();
            if (temperature != null) {
                if (!Double.isFinite(temperature) || temperature < 0) {
                    throw new ValidationException("temperature must be a number of at least 0");
                }
                settings.put("temperature", temperature);
            }
            if (maxTokens != null) {
                if (maxTokens < 1) {
                    throw new ValidationException("max_tokens must be at least 1");
                }
                settings.put("max_tokens", maxTokens);
            }
            settings.putAll(extra);
            return new TextParams(asked, settings);
        }
    }
}
