package dev.inferencekey;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What to ask an image model. Immutable and thread-safe.
 *
 * {@snippet :
 * ImageParams.builder().prompt("a fox in the snow").size("512x512").count(2).build();
 * }
 */
public final class ImageParams {
    private final Map<String, @Nullable Object> fields;

    private ImageParams(Map<String, @Nullable Object> fields) {
        this.fields = fields;
    }

    /** One picture, everything else as the model has it. */
    public static ImageParams ofPrompt(String prompt) {
        return builder().prompt(prompt).build();
    }

    /** An empty builder; {@code prompt} must be set. */
    public static Builder builder() {
        return new Builder();
    }

    Map<String, @Nullable Object> toJson(String model) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("model", model);
        json.putAll(fields);
        return json;
    }

    /** Which fields are set; no prompt, which may be private. */
    @Override
    public String toString() {
        return "ImageParams" + fields.keySet();
    }

    /** Collects what to ask. Not thread-safe. */
    public static final class Builder {
        private final Settings settings = new Settings(Set.of("model", "prompt", "stream"));

        private Builder() {}

        /** What to draw. */
        public Builder prompt(String value) {
            settings.text("prompt", value);
            return this;
        }

        /** How many pictures, at least 1; most servers draw up to 10. */
        public Builder count(int value) {
            if (value < 1) {
                throw new ValidationException("n must be at least 1");
            }
            settings.set("n", value);
            return this;
        }

        /** Width and height in pixels, such as {@code 1024x1024}. */
        public Builder size(String value) {
            settings.text("size", value);
            return this;
        }

        /** As the model names it: {@code low}, {@code high}, {@code hd}, … */
        public Builder quality(String value) {
            settings.text("quality", value);
            return this;
        }

        /** {@code png}, {@code jpeg} or {@code webp}, where the model has a choice. */
        public Builder outputFormat(String value) {
            settings.text("output_format", value);
            return this;
        }

        /**
         * Whether pictures come as bytes ({@code b64_json}) or as addresses ({@code url}); by default as the server has it. Some models
         * know only one, and refuse the field.
         */
        public Builder responseFormat(String value) {
            settings.text("response_format", value);
            return this;
        }

        /** Any further field of the request, as plain JSON: {@code extra("seed", 7)}. */
        public Builder extra(String name, @Nullable Object value) {
            settings.extra(name, value);
            return this;
        }

        /** @throws ValidationException if there is no prompt, or a field is set twice */
        public ImageParams build() {
            Map<String, @Nullable Object> fields = settings.fields();
            if (!fields.containsKey("prompt")) {
                throw new ValidationException("prompt must not be empty");
            }
            return new ImageParams(fields);
        }
    }
}
