package dev.inferencekey.langchain4j;

import dev.inferencekey.Endpoint;
import dev.inferencekey.GeneratedImage;
import dev.inferencekey.ImageParams;
import dev.inferencekey.ImageResult;
import dev.langchain4j.data.image.Image;
import dev.langchain4j.model.image.ImageModel;
import dev.langchain4j.model.output.Response;
import java.net.URI;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Pictures over an endpoint with an image model. They can't be edited. Errors are LangChain4j's, with the client's as their cause.
 * Thread-safe.
 */
public final class InferenceKeyImageModel implements ImageModel {
    private final Endpoint endpoint;
    private final Builder.Look look;

    private InferenceKeyImageModel(Builder builder) {
        this.endpoint = Objects.requireNonNull(builder.endpoint, "endpoint must be set");
        this.look = builder.look();
    }

    /** A builder; {@code endpoint} must be set. */
    public static Builder builder() {
        return new Builder();
    }

    /** One picture: its bytes as Base64, or the address where it can be fetched, as the server has it. */
    @Override
    public Response<Image> generate(String prompt) {
        ImageResult result = draw(prompt, null);
        return Response.from(image(result.image()), Responses.usage(result.usage()), null);
    }

    /** Several pictures. */
    @Override
    public Response<List<Image>> generate(String prompt, int n) {
        ImageResult result = draw(prompt, n);
        List<Image> images =
                result.images().stream().map(InferenceKeyImageModel::image).toList();
        return Response.from(images, Responses.usage(result.usage()), null);
    }

    private ImageResult draw(String prompt, @Nullable Integer count) {
        return Errors.mapped(() -> {
            ImageParams.Builder params = ImageParams.builder().prompt(prompt);
            if (count != null) {
                params.count(count);
            }
            look.apply(params);
            return endpoint.generateImage(params.build());
        });
    }

    private static Image image(GeneratedImage drawn) {
        Image.Builder image = Image.builder();
        drawn.bytes().ifPresent(bytes -> image.base64Data(Base64.getEncoder().encodeToString(bytes)));
        drawn.url().ifPresent(url -> image.url(URI.create(url)));
        drawn.mediaType().ifPresent(image::mimeType);
        drawn.revisedPrompt().ifPresent(image::revisedPrompt);
        return image.build();
    }

    /** Which workload it calls. */
    @Override
    public String toString() {
        return "InferenceKeyImageModel[" + endpoint.ref() + "]";
    }

    /** Collects what the model is made with. Not thread-safe. */
    public static final class Builder {
        /** What pictures look like; what is null is as the model has it. */
        private record Look(
                @Nullable String size,
                @Nullable String quality,
                @Nullable String outputFormat,
                @Nullable String responseFormat,
                Map<String, @Nullable Object> further) {
            void apply(ImageParams.Builder params) {
                set(params, size, ImageParams.Builder::size);
                set(params, quality, ImageParams.Builder::quality);
                set(params, outputFormat, ImageParams.Builder::outputFormat);
                set(params, responseFormat, ImageParams.Builder::responseFormat);
                further.forEach(params::extra);
            }

            private static void set(
                    ImageParams.Builder params,
                    @Nullable String value,
                    BiConsumer<ImageParams.Builder, String> setter) {
                if (value != null) {
                    setter.accept(params, value);
                }
            }
        }

        private @Nullable Endpoint endpoint;
        private @Nullable String size;
        private @Nullable String quality;
        private @Nullable String outputFormat;
        private @Nullable String responseFormat;
        private final Map<String, @Nullable Object> further = new LinkedHashMap<>();

        private Builder() {}

        /** The workload that is called, and with which key. */
        public Builder endpoint(Endpoint value) {
            this.endpoint = value;
            return this;
        }

        /** Width and height in pixels, such as {@code 1024x1024}. */
        public Builder size(@Nullable String value) {
            this.size = value;
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

        /** Whether pictures come as bytes ({@code b64_json}) or as addresses ({@code url}); some models know only one, and refuse the field. */
        public Builder responseFormat(@Nullable String value) {
            this.responseFormat = value;
            return this;
        }

        /** A further field of the request, as plain JSON: {@code customParameter("seed", 7)}. */
        public Builder customParameter(String name, @Nullable Object value) {
            further.put(name, value);
            return this;
        }

        private Look look() {
            return new Look(size, quality, outputFormat, responseFormat, new LinkedHashMap<>(further));
        }

        /** The model. Nothing is sent yet. */
        public InferenceKeyImageModel build() {
            return new InferenceKeyImageModel(this);
        }
    }
}
