package dev.inferencekey;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Vectors for texts.
 *
 * @param embeddings one for each input, in the order of the inputs; the arrays are the caller's
 * @param model as the model server names it
 * @param usage null if the server does not count
 * @param raw the whole answer
 */
public record EmbedResult(
        List<float[]> embeddings,
        @Nullable String model,
        @Nullable Usage usage,
        RawJson raw) {
    public EmbedResult {
        embeddings = List.copyOf(embeddings);
    }

    /** How many vectors of which length; not their numbers. */
    @Override
    public String toString() {
        int length = embeddings.isEmpty() ? 0 : embeddings.get(0).length;
        return "EmbedResult[" + embeddings.size() + " vectors of " + length + " numbers, model=" + Shown.name(model)
                + ", usage=" + usage + "]";
    }
}
