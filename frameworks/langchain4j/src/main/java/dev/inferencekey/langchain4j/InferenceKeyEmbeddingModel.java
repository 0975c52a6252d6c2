package dev.inferencekey.langchain4j;

import dev.inferencekey.EmbedResult;
import dev.inferencekey.Endpoint;
import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.model.embedding.DimensionAwareEmbeddingModel;
import dev.langchain4j.model.embedding.listener.EmbeddingModelListener;
import dev.langchain4j.model.embedding.request.EmbeddingInput;
import dev.langchain4j.model.embedding.request.EmbeddingRequest;
import dev.langchain4j.model.embedding.response.EmbeddingResponse;
import dev.langchain4j.model.embedding.response.EmbeddingResponseMetadata;
import dev.langchain4j.model.output.TokenUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Vectors for texts over an endpoint. The model, and with it the length of the vectors, is the endpoint's. Errors are LangChain4j's, with the
 * client's as their cause. Thread-safe.
 */
public final class InferenceKeyEmbeddingModel extends DimensionAwareEmbeddingModel {
    private static final int USUAL_BATCH = 256;

    private final Endpoint endpoint;
    private final int maxSegmentsPerBatch;
    private final @Nullable Integer knownDimension;
    private final List<EmbeddingModelListener> listeners;

    private InferenceKeyEmbeddingModel(Builder builder) {
        this.endpoint = Objects.requireNonNull(builder.endpoint, "endpoint must be set");
        this.maxSegmentsPerBatch = builder.maxSegmentsPerBatch;
        this.knownDimension = builder.dimension;
        this.listeners = builder.listeners;
    }

    /** A builder; {@code endpoint} must be set. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * One vector for each text, in order. More texts than fit into one request are sent in several, one after the other; if one of them fails,
     * all of it does.
     */
    @Override
    public EmbeddingResponse doEmbed(EmbeddingRequest request) {
        List<String> texts = request.inputs().stream().map(EmbeddingInput::text).toList();
        List<Embedding> embeddings = new ArrayList<>(texts.size());
        TokenUsage usage = null;
        String model = null;
        for (int from = 0; from < texts.size(); from += maxSegmentsPerBatch) {
            List<String> batch = texts.subList(from, Math.min(texts.size(), from + maxSegmentsPerBatch));
            EmbedResult result = Errors.mapped(() -> endpoint.embed(batch));
            result.embeddings().forEach(vector -> embeddings.add(Embedding.from(vector)));
            usage = TokenUsage.sum(usage, Responses.usage(result.usage()));
            model = result.model() == null ? model : result.model();
        }
        return EmbeddingResponse.builder()
                .embeddings(embeddings)
                .metadata(EmbeddingResponseMetadata.builder()
                        .modelName(model == null ? modelName() : model)
                        .tokenUsage(usage)
                        .build())
                .build();
    }

    @Override
    protected @Nullable Integer knownDimension() {
        return knownDimension;
    }

    @Override
    public List<EmbeddingModelListener> listeners() {
        return listeners;
    }

    /** The workload's slug. */
    @Override
    public String modelName() {
        return endpoint.ref().workloadSlug();
    }

    /** Which workload it calls. */
    @Override
    public String toString() {
        return "InferenceKeyEmbeddingModel[" + endpoint.ref() + "]";
    }

    /** Collects what the model is made with. Not thread-safe. */
    public static final class Builder {
        private @Nullable Endpoint endpoint;
        private int maxSegmentsPerBatch = USUAL_BATCH;
        private @Nullable Integer dimension;
        private List<EmbeddingModelListener> listeners = List.of();

        private Builder() {}

        /** The workload that is called, and with which key. */
        public Builder endpoint(Endpoint value) {
            this.endpoint = value;
            return this;
        }

        /** How many texts are sent in one request, at least 1; default 256. Some model servers take no more than 32. */
        public Builder maxSegmentsPerBatch(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("maxSegmentsPerBatch must be at least 1");
            }
            this.maxSegmentsPerBatch = value;
            return this;
        }

        /** How long the vectors are, where that is known: {@code dimension()} asks the model otherwise, once. */
        public Builder dimension(@Nullable Integer value) {
            this.dimension = value;
            return this;
        }

        /** Who is told of each request, answer and error. */
        public Builder listeners(List<EmbeddingModelListener> values) {
            this.listeners = List.copyOf(values);
            return this;
        }

        /** The model. Nothing is sent yet. */
        public InferenceKeyEmbeddingModel build() {
            return new InferenceKeyEmbeddingModel(this);
        }
    }
}
