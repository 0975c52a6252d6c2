package dev.inferencekey.spring.ai;

import dev.inferencekey.Endpoint;
import dev.inferencekey.RerankResult;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.ai.document.Document;
import org.springframework.ai.rag.Query;
import org.springframework.ai.rag.postretrieval.document.DocumentPostProcessor;

/**
 * Orders documents that were found by how well they answer the query, over an endpoint with a rerank model: for a {@code
 * RetrievalAugmentationAdvisor}. Needs {@code org.springframework.ai:spring-ai-rag}. Thread-safe.
 */
public final class InferenceKeyReranker implements DocumentPostProcessor {
    private final Endpoint endpoint;
    private final @Nullable Integer topN;

    /** @param topN how many documents are kept, at least 1; null: all */
    public InferenceKeyReranker(Endpoint endpoint, @Nullable Integer topN) {
        if (topN != null && topN < 1) {
            throw new IllegalArgumentException("topN must be at least 1");
        }
        this.endpoint = endpoint;
        this.topN = topN;
    }

    /** The best first, each with its new score. Documents without text come as an empty one. */
    @Override
    public List<Document> process(Query query, List<Document> documents) {
        if (documents.isEmpty()) {
            return documents;
        }
        List<String> texts = documents.stream()
                .map(document -> document.getText() == null ? "" : document.getText())
                .toList();
        return endpoint.rerank(query.text(), texts, topN).results().stream()
                .map(ranked -> scored(documents.get(ranked.index()), ranked))
                .toList();
    }

    private static Document scored(Document document, RerankResult.Ranked ranked) {
        return document.mutate().score(ranked.score()).build();
    }

    /** Which workload it calls. */
    @Override
    public String toString() {
        return "InferenceKeyReranker[" + endpoint.ref() + "]";
    }
}
