package dev.inferencekey.engine.llama;

import de.kherud.llama.args.PoolingType;
import dev.inferencekey.engine.gguf.GgufHeader;
import dev.inferencekey.engine.options.EngineOptions;
import java.util.OptionalInt;

/**
 * Decides how token vectors become one vector, and refuses what llama.cpp would answer with an abort.
 *
 * <p>The llama.cpp inside the binding cannot average over the tokens of a decoder (its issue 12517), and does not
 * check that a model has the head that reranking needs.
 */
final class PoolingChoice {
    private static final int NONE = 0;
    private static final int MEAN = 1;
    private static final int RANK = 4;

    private PoolingChoice() {}

    /** What to tell llama.cpp; {@link PoolingType#UNSPECIFIED} leaves it to the model. */
    static PoolingType of(EngineOptions options, GgufHeader header) {
        return switch (options.task()) {
            case GENERATE -> PoolingType.UNSPECIFIED;
            case EMBED -> embedding(options.pooling(), header);
            case RERANK -> reranking(options, header);
        };
    }

    private static PoolingType embedding(PoolingType asked, GgufHeader header) {
        boolean encoder = header.architecture().contains("bert");
        OptionalInt own = header.poolingType();
        boolean unsaid = asked == PoolingType.UNSPECIFIED;
        if (asked == PoolingType.NONE || asked == PoolingType.RANK || (unsaid && own.orElse(NONE) == RANK)) {
            throw new ModelLoadException("The pooling kinds none and rank give no vector per text;"
                    + " add --pooling mean, cls or last to --embedding.");
        }
        boolean mean = asked == PoolingType.MEAN || (unsaid && own.orElse(NONE) == MEAN);
        if (mean && !encoder) {
            throw new ModelLoadException("The embedded llama.cpp cannot average the vectors of the architecture "
                    + header.architecture() + "; use --pooling last, or put llama-server on the PATH.");
        }
        if (!unsaid || own.orElse(NONE) != NONE) {
            return asked;
        }
        return encoder ? PoolingType.MEAN : PoolingType.LAST;
    }

    private static PoolingType reranking(EngineOptions options, GgufHeader header) {
        if (!header.hasClassifier()) {
            throw new ModelLoadException("The model " + options.model()
                    + " cannot rerank (it has no classifier head); use a reranker's GGUF file with --reranking.");
        }
        return PoolingType.UNSPECIFIED;
    }
}
