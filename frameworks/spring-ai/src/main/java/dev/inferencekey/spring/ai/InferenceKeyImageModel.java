package dev.inferencekey.spring.ai;

import dev.inferencekey.Endpoint;
import dev.inferencekey.GeneratedImage;
import dev.inferencekey.ImageParams;
import dev.inferencekey.ImageResult;
import io.micrometer.observation.ObservationRegistry;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.image.Image;
import org.springframework.ai.image.ImageGeneration;
import org.springframework.ai.image.ImageMessage;
import org.springframework.ai.image.ImageModel;
import org.springframework.ai.image.ImageOptions;
import org.springframework.ai.image.ImagePrompt;
import org.springframework.ai.image.ImageResponse;
import org.springframework.ai.image.ImageResponseMetadata;
import org.springframework.ai.image.observation.DefaultImageModelObservationConvention;
import org.springframework.ai.image.observation.ImageModelObservationContext;
import org.springframework.ai.image.observation.ImageModelObservationDocumentation;

/** Pictures for a prompt over an endpoint. Retries, time limits and errors are the client's, see {@link Endpoint}. Thread-safe. */
public final class InferenceKeyImageModel implements ImageModel {
    private static final DefaultImageModelObservationConvention CONVENTION =
            new DefaultImageModelObservationConvention();

    private final Endpoint endpoint;
    private final InferenceKeyImageOptions defaults;
    private final ObservationRegistry observations;

    /** With nothing set and unobserved. */
    public InferenceKeyImageModel(Endpoint endpoint) {
        this(endpoint, InferenceKeyImageOptions.builder().build(), ObservationRegistry.NOOP);
    }

    /**
     * @param defaults what holds where a prompt says nothing else
     * @param observations where {@code gen_ai.client.operation} is observed
     */
    public InferenceKeyImageModel(
            Endpoint endpoint, InferenceKeyImageOptions defaults, ObservationRegistry observations) {
        this.endpoint = endpoint;
        this.defaults = defaults;
        this.observations = observations;
    }

    /**
     * Draws. Each picture is an {@link Image} with its bytes in Base64 or with an address, as the server gave it; its metadata is an {@link
     * InferenceKeyImageMetadata}.
     *
     * @throws IllegalArgumentException if there is not exactly one message, or it has pictures: endpoints draw from one text
     */
    @Override
    public ImageResponse call(ImagePrompt prompt) {
        InferenceKeyImageOptions options = merged(prompt.getOptions());
        ImageParams params = params(text(prompt), options);
        ImageModelObservationContext context = ImageModelObservationContext.builder()
                .imagePrompt(new ImagePrompt(prompt.getInstructions(), options))
                .provider(InferenceKeyChatModel.PROVIDER)
                .build();
        return ImageModelObservationDocumentation.IMAGE_MODEL_OPERATION
                .observation(null, CONVENTION, () -> context, observations)
                .observe(() -> {
                    ImageResponse response = response(endpoint.generateImage(params));
                    context.setResponse(response);
                    return response;
                });
    }

    private InferenceKeyImageOptions merged(@Nullable ImageOptions asked) {
        InferenceKeyImageOptions.Builder options = defaults.mutate();
        if (asked != null) {
            options.overriddenBy(asked);
        }
        return options.model(endpoint.ref().workloadSlug()).build();
    }

    private static String text(ImagePrompt prompt) {
        List<ImageMessage> messages = prompt.getInstructions();
        if (messages.size() != 1) {
            throw new IllegalArgumentException(
                    "an endpoint draws from one message, without weights; the prompt has " + messages.size());
        }
        ImageMessage message = messages.get(0);
        if (!message.getMedia().isEmpty()) {
            throw new IllegalArgumentException(
                    "an endpoint draws from a text; pictures in the message are not supported");
        }
        return message.getText();
    }

    private static ImageParams params(String text, InferenceKeyImageOptions options) {
        ImageParams.Builder params = ImageParams.builder().prompt(text);
        if (options.getN() != null) {
            params.count(options.getN());
        }
        if (options.getWidth() != null) {
            params.size(options.getWidth() + "x" + options.getHeight());
        }
        if (options.getResponseFormat() != null) {
            params.responseFormat(options.getResponseFormat());
        }
        if (options.getQuality() != null) {
            params.quality(options.getQuality());
        }
        if (options.getOutputFormat() != null) {
            params.outputFormat(options.getOutputFormat());
        }
        if (options.getStyle() != null) {
            params.extra("style", options.getStyle());
        }
        options.getExtra().forEach(params::extra);
        return params.build();
    }

    private static ImageResponse response(ImageResult result) {
        List<ImageGeneration> images =
                result.images().stream().map(InferenceKeyImageModel::generation).toList();
        ImageResponseMetadata metadata = result.raw().toMap().get("created") instanceof Number created
                ? new ImageResponseMetadata(created.longValue())
                : new ImageResponseMetadata();
        DefaultUsage usage = Responses.usage(result.usage());
        if (usage != null) {
            metadata.setUsage(usage);
        }
        return new ImageResponse(images, metadata);
    }

    private static ImageGeneration generation(GeneratedImage image) {
        String base64 = image.bytes().map(Base64.getEncoder()::encodeToString).orElse(null);
        return new ImageGeneration(
                new Image(image.url().orElse(null), base64),
                new InferenceKeyImageMetadata(
                        image.mediaType().orElse(null), image.revisedPrompt().orElse(null)));
    }

    /** Which workload it calls. */
    @Override
    public String toString() {
        return "InferenceKeyImageModel[" + endpoint.ref() + "]";
    }
}
