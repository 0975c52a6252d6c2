package dev.inferencekey.spring.ai;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.image.ImageOptions;

/**
 * What can be asked of an image model beside the prompt: Spring AI's portable options, quality and file format, and any further field of the
 * request. What is not set is the model's choice. The model is the endpoint's: {@code model} has no effect. Immutable.
 */
public final class InferenceKeyImageOptions implements ImageOptions {
    private final @Nullable Integer n;
    private final @Nullable String model;
    private final @Nullable Integer width;
    private final @Nullable Integer height;
    private final @Nullable String responseFormat;
    private final @Nullable String style;
    private final @Nullable String quality;
    private final @Nullable String outputFormat;
    private final Map<String, Object> extra;

    private InferenceKeyImageOptions(Builder builder) {
        this.n = builder.n;
        this.model = builder.model;
        this.width = builder.width;
        this.height = builder.height;
        this.responseFormat = builder.responseFormat;
        this.style = builder.style;
        this.quality = builder.quality;
        this.outputFormat = builder.outputFormat;
        this.extra = Collections.unmodifiableMap(new LinkedHashMap<>(builder.extra));
    }

    /** Nothing set. */
    public static Builder builder() {
        return new Builder();
    }

    /** How many pictures. */
    @Override
    public @Nullable Integer getN() {
        return n;
    }

    @Override
    public @Nullable String getModel() {
        return model;
    }

    /** In pixels. */
    @Override
    public @Nullable Integer getWidth() {
        return width;
    }

    /** In pixels. */
    @Override
    public @Nullable Integer getHeight() {
        return height;
    }

    /** {@code b64_json} or {@code url}. */
    @Override
    public @Nullable String getResponseFormat() {
        return responseFormat;
    }

    @Override
    public @Nullable String getStyle() {
        return style;
    }

    /** As the model names it: {@code low}, {@code high}, {@code hd}, … */
    public @Nullable String getQuality() {
        return quality;
    }

    /** {@code png}, {@code jpeg} or {@code webp}. */
    public @Nullable String getOutputFormat() {
        return outputFormat;
    }

    /** Further fields of the request, such as {@code seed}. Unmodifiable. */
    public Map<String, Object> getExtra() {
        return extra;
    }

    /** A builder that starts with these options. */
    public Builder mutate() {
        return builder().overriddenBy(this);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof InferenceKeyImageOptions that && state().equals(that.state());
    }

    @Override
    public int hashCode() {
        return state().hashCode();
    }

    @Override
    public String toString() {
        return "InferenceKeyImageOptions" + state();
    }

    private Map<String, Object> state() {
        Map<String, Object> state = new LinkedHashMap<>(extra);
        put(state, "n", n);
        put(state, "model", model);
        put(state, "width", width);
        put(state, "height", height);
        put(state, "responseFormat", responseFormat);
        put(state, "style", style);
        put(state, "quality", quality);
        put(state, "outputFormat", outputFormat);
        return state;
    }

    private static void put(Map<String, Object> state, String name, @Nullable Object value) {
        if (value != null) {
            state.put(name, value);
        }
    }

    /** Collects options. Not thread-safe. */
    public static final class Builder {
        private @Nullable Integer n;
        private @Nullable String model;
        private @Nullable Integer width;
        private @Nullable Integer height;
        private @Nullable String responseFormat;
        private @Nullable String style;
        private @Nullable String quality;
        private @Nullable String outputFormat;
        private final Map<String, Object> extra = new LinkedHashMap<>();

        private Builder() {}

        /** How many pictures, at least 1. */
        public Builder n(@Nullable Integer value) {
            this.n = value;
            return this;
        }

        /** For observations; the endpoint's model draws. */
        public Builder model(@Nullable String value) {
            this.model = value;
            return this;
        }

        /** In pixels; it goes with a height. */
        public Builder width(@Nullable Integer value) {
            this.width = value;
            return this;
        }

        /** In pixels; it goes with a width. */
        public Builder height(@Nullable Integer value) {
            this.height = value;
            return this;
        }

        /** {@code b64_json} for the pictures themselves, {@code url} for addresses; some models know only one, and refuse the field. */
        public Builder responseFormat(@Nullable String value) {
            this.responseFormat = value;
            return this;
        }

        /** As the model names it. */
        public Builder style(@Nullable String value) {
            this.style = value;
            return this;
        }

        /** As the model names it: {@code low}, {@code high}, {@code hd}, … */
        public Builder quality(@Nullable String value) {
            this.quality = value;
            return this;
        }

        /** {@code png}, {@code jpeg} or {@code webp}, where the model has a choice. */
        public Builder outputFormat(@Nullable String value) {
            this.outputFormat = value;
            return this;
        }

        /** A further field of the request, as plain JSON: {@code extra("seed", 7)}. */
        public Builder extra(String name, Object value) {
            extra.put(name, value);
            return this;
        }

        /** What the other options set replaces what is set here; a size is replaced as a whole. */
        Builder overriddenBy(ImageOptions other) {
            n = or(other.getN(), n);
            model = or(other.getModel(), model);
            if (other.getWidth() != null || other.getHeight() != null) {
                width = other.getWidth();
                height = other.getHeight();
            }
            responseFormat = or(other.getResponseFormat(), responseFormat);
            style = or(other.getStyle(), style);
            if (other instanceof InferenceKeyImageOptions that) {
                quality = or(that.quality, quality);
                outputFormat = or(that.outputFormat, outputFormat);
                extra.putAll(that.extra);
            }
            return this;
        }

        private static <T> @Nullable T or(@Nullable T value, @Nullable T otherwise) {
            return value == null ? otherwise : value;
        }

        /** @throws IllegalArgumentException if there is a width without a height, or the reverse */
        public InferenceKeyImageOptions build() {
            if (Objects.isNull(width) != Objects.isNull(height)) {
                throw new IllegalArgumentException("width and height go together: set both or neither");
            }
            return new InferenceKeyImageOptions(this);
        }
    }
}
