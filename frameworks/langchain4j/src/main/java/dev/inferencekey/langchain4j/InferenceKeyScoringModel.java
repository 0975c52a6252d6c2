package dev.inferencekey.langchain4j;

import dev.inferencekey.Endpoint;
import dev.inferencekey.RerankResult;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.exception.InternalServerException;
import dev.langchain4j.model.output.Response;
import dev.langchain4j.model.scoring.ScoringModel;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How well texts answer a query, over an endpoint with a rerank model: for a {@code ReRankingContentAggregator}. Errors are LangChain4j's, with
 * the client's as their cause. Thread-safe.
 */
public final class InferenceKeyScoringModel implements ScoringModel {
    private final Endpoint endpoint;

    private InferenceKeyScoringModel(Builder builder) {
        this.endpoint = Objects.requireNonNull(builder.endpoint, "endpoint must be set");
    }

    /** A builder; {@code endpoint} must be set. */
    public static Builder builder() {
        return new Builder();
    }

    /** One score for each segment, in the segments' order; higher is better, the scale is the model's. */
    @Override
    public Response<List<Double>> scoreAll(List<TextSegment> segments, String query) {
        if (segments.isEmpty()) {
            return Response.from(List.of());
        }
        List<String> texts = segments.stream().map(TextSegment::text).toList();
        Double[] scores = new Double[texts.size()];
        for (RerankResult.Ranked ranked :
                Errors.mapped(() -> endpoint.rerank(query, texts)).results()) {
            scores[ranked.index()] = ranked.score();
        }
        if (Arrays.asList(scores).contains(null)) {
            throw new InternalServerException("the model server ranked fewer texts than it was given");
        }
        return Response.from(Collections.unmodifiableList(Arrays.asList(scores)));
    }

    /** Which workload it calls. */
    @Override
    public String toString() {
        return "InferenceKeyScoringModel[" + endpoint.ref() + "]";
    }

    /** Collects what the model is made with. Not thread-safe. */
    public static final class Builder {
        private @Nullable Endpoint endpoint;

        private Builder() {}

        /** The workload that is called, and with which key. */
        public Builder endpoint(Endpoint value) {
            this.endpoint = value;
            return this;
        }

        /** The model. Nothing is sent yet. */
        public InferenceKeyScoringModel build() {
            return new InferenceKeyScoringModel(this);
        }
    }
}
