package dev.inferencekey;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Documents by how well they answer a query.
 *
 * @param results in the server's order, best first
 * @param model as the model server names it
 * @param raw the whole answer
 */
public record RerankResult(List<Ranked> results, @Nullable String model, RawJson raw) {
    public RerankResult {
        results = List.copyOf(results);
    }

    /**
     * One document.
     *
     * @param index its place among the documents that were given, from 0
     * @param score how well it answers, higher is better; the scale is the model's
     * @param document its text, as it was given
     */
    public record Ranked(int index, double score, String document) {
        /** Place and score, and the beginning of the document, without credentials. */
        @Override
        public String toString() {
            return "Ranked[" + index + ", " + score + ", " + Shown.text(document) + "]";
        }
    }

    /** The documents' order; without the raw answer. */
    @Override
    public String toString() {
        return "RerankResult[" + Shown.list(results) + ", model=" + Shown.name(model) + "]";
    }
}
