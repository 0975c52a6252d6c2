package dev.inferencekey.spring.ai;

import dev.inferencekey.EmbedResult;
import dev.inferencekey.Endpoint;
import io.micrometer.observation.ObservationRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.springframework.ai.chat.metadata.DefaultUsage;
import org.springframework.ai.document.Document;
import org.springframework.ai.embedding.AbstractEmbeddingModel;
import org.springframework.ai.embedding.Embedding;
import org.springframework.ai.embedding.EmbeddingOptions;
import org.springframework.ai.embedding.EmbeddingRequest;
import org.springframework.ai.embedding.EmbeddingResponse;
import org.springframework.ai.embedding.EmbeddingResponseMetadata;
import org.springframework.ai.embedding.observation.DefaultEmbeddingModelObservationConvention;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationContext;
import org.springframework.ai.embedding.observation.EmbeddingModelObservationDocumentation;

/** Vectors for texts over an endpoint. The model, and with it the length of the vectors, is the endpoint's. Thread-safe. */
public final class InferenceKeyEmbeddingModel extends AbstractEmbeddingModel {
    private static final DefaultEmbeddingModelObservationConvention CONVENTION =
            new DefaultEmbeddingModelObservationConvention();

    private final Endpoint endpoint;
    private final ObservationRegistry observations;

    /** Unobserved. */
    public InferenceKeyEmbeddingModel(Endpoint endpoint) {
        this(endpoint, ObservationRegistry.NOOP);
    }

    /** @param observations where {@code gen_ai.client.operation} is observed */
    public InferenceKeyEmbeddingModel(Endpoint endpoint, ObservationRegistry observations) {
        this.endpoint = endpoint;
        this.observations = observations;
    }

    /** @throws IllegalArgumentException if the options ask for a number of dimensions: no other than the model's own can be had */
    @Override
    public EmbeddingResponse call(EmbeddingRequest request) {
        EmbeddingOptions asked = request.getOptions();
        if (asked != null && asked.getDimensions() != null) {
            throw new IllegalArgumentException("dimensions can't be chosen: the workload's model decides");
        }
        EmbeddingOptions options =
                EmbeddingOptions.builder().model(endpoint.ref().workloadSlug()).build();
        EmbeddingModelObservationContext context = EmbeddingModelObservationContext.builder()
                .embeddingRequest(new EmbeddingRequest(request.getInstructions(), options))
                .provider(InferenceKeyChatModel.PROVIDER)
                .build();
        return EmbeddingModelObservationDocumentation.EMBEDDING_MODEL_OPERATION
                .observation(null, CONVENTION, () -> context, observations)
                .observe(() -> {
                    EmbeddingResponse response = response(endpoint.embed(request.getInstructions()));
                    context.setResponse(response);
                    return response;
                });
    }

    @Override
    public float[] embed(Document document) {
        return embed(Objects.requireNonNullElse(getEmbeddingContent(document), ""));
    }

    private static EmbeddingResponse response(EmbedResult result) {
        List<Embedding> embeddings = new ArrayList<>();
        for (float[] vector : result.embeddings()) {
            embeddings.add(new Embedding(vector, embeddings.size()));
        }
        EmbeddingResponseMetadata metadata = new EmbeddingResponseMetadata();
        if (result.model() != null) {
            metadata.setModel(result.model());
        }
        DefaultUsage usage = Responses.usage(result.usage());
        if (usage != null) {
            metadata.setUsage(usage);
        }
        return new EmbeddingResponse(embeddings, metadata);
    }

    /** Which workload it calls. */
    @Override
    public String toString() {
        return "InferenceKeyEmbeddingModel[" + endpoint.ref() + "]";
    }
}
