package dev.inferencekey.e2e.docs;

import dev.inferencekey.DataClient;
import dev.inferencekey.EmbedResult;
import dev.inferencekey.RerankResult;
import java.util.List;

/** Embeddings and reranking. */
final class Vectors {
    private Vectors() {}

    static void embed() {
        // docs:start embed
        try (DataClient data = DataClient.fromEnv()) {
            EmbedResult result = data.endpoint("vectors").embed("first text", "second text");
            for (float[] vector : result.embeddings()) {
                System.out.println(vector.length + " dimensions");
            }
        }
        // docs:end embed
    }

    static void rerank() {
        // docs:start rerank
        List<String> documents = List.of("Parcels take two days.", "We are closed on Sunday.");
        try (DataClient data = DataClient.fromEnv()) {
            RerankResult result = data.endpoint("ranker").rerank("How long is delivery?", documents, 1);
            for (RerankResult.Ranked ranked : result.results()) {
                System.out.println(ranked.score() + " " + ranked.document());
            }
        }
        // docs:end rerank
    }
}
