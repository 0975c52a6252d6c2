package dev.inferencekey;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to have spoken. Immutable and thread-safe.
 *
 * {@snippet :
 * SpeechParams.builder().input("Your order arrives tomorrow.").voice("alba").format("wav").build();
 * }
 */
public final class SpeechParams {
    private static final double MIN_SPEED = 0.25;
    private static final double MAX_SPEED = 4;

    private final Map<String, @Nullable Object> fields;

    private SpeechParams(Map<String, @Nullable Object> fields) {
        this.fields = fields;
    }

    /** A text in a voice, everything else as the model has it. */
    public static SpeechParams of(String input, String voice) {
        return builder().input(input).voice(voice).build();
    }

    /** An empty builder; {@code input} must be set. */
    public static Builder builder() {
        return new Builder();
    }

    Map<String, @Nullable Object> toJson(String model) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("model", model);
        json.putAll(fields);
        return json;
    }

    /** Which fields are set; no text, which may be private. */
    @Override
    public String toString() {
        return "SpeechParams" + fields.keySet();
    }

    /** Collects what to have spoken. Not thread-safe. */
    public static final class Builder {
        private final Settings settings = new Settings(Set.of("model", "input", "stream", "stream_format"));

        private Builder() {}

        /** The text. */
        public Builder input(String value) {
            settings.text("input", value);
            return this;
        }

        /** The voice, as the model names it; {@code GET v1/audio/voices} lists them on many servers. */
        public Builder voice(String value) {
            settings.text("voice", value);
            return this;
        }

        /** {@code wav}, {@code mp3}, {@code opus}, {@code pcm} and others, as far as the server has them; by default its own choice. */
        public Builder format(String value) {
            settings.text("response_format", value);
            return this;
        }

        /** How fast, from 0.25 to 4; 1 is usual. */
        public Builder speed(double value) {
            settings.number("speed", value, MIN_SPEED, MAX_SPEED);
            return this;
        }

        /** How to speak, for models that take directions. */
        public Builder instructions(String value) {
            settings.text("instructions", value);
            return this;
        }

        /** Any further field of the request, as plain JSON. */
        public Builder extra(String name, @Nullable Object value) {
            settings.extra(name, value);
            return this;
        }

        /** @throws ValidationException if there is no input, or a field is set twice */
        public SpeechParams build() {
            Map<String, @Nullable Object> fields = settings.fields();
            if (!fields.containsKey("input")) {
                throw new ValidationException("input must not be empty");
            }
            return new SpeechParams(fields);
        }
    }
}
