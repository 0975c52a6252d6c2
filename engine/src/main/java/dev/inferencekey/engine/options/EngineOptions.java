package dev.inferencekey.engine.options;

import de.kherud.llama.args.PoolingType;
import java.nio.file.Path;
import java.util.Map;
import java.util.OptionalInt;

/**
 * What the command line asks for.
 *
 * @param host the address to listen on
 * @param port the port to listen on; 0 takes any free one
 * @param model the GGUF file
 * @param alias the model's name in answers
 * @param contextSize tokens that all slots share; 0 takes what the model was trained with
 * @param parallel requests that are served at once, 1 to 256
 * @param predictLimit tokens that one answer has at most; -1 leaves it to the context
 * @param microBatch tokens that are computed at once at most, and so the longest input of an embedding
 * @param task what the model is loaded for
 * @param pooling how embeddings are pooled; {@link PoolingType#UNSPECIFIED} if the command line does not say
 * @param jinja whether the model's chat template runs as a program; else llama.cpp recognizes the common formats
 * @param verbose whether llama.cpp's own log goes to standard error
 * @param nativeFlags what goes to llama.cpp untouched, with checked values
 */
public record EngineOptions(
        String host,
        int port,
        Path model,
        String alias,
        int contextSize,
        int parallel,
        int predictLimit,
        int microBatch,
        Task task,
        PoolingType pooling,
        boolean jinja,
        boolean verbose,
        Map<NativeFlag, String> nativeFlags) {

    /** llama-server's context without {@code -c}. */
    static final int DEFAULT_CONTEXT = 4096;

    /** llama-server's micro-batch without {@code -ub}. */
    static final int DEFAULT_MICRO_BATCH = 512;

    /** Copies the flags. */
    public EngineOptions {
        nativeFlags = Map.copyOf(nativeFlags);
    }

    /**
     * Parses llama-server's command line: {@code --flag value} or {@code --flag=value}.
     *
     * @throws UsageException if a flag is unknown, lacks its value, or the value is wrong; or if no model is named
     */
    public static EngineOptions parse(String... arguments) {
        return new OptionsParser().parse(arguments);
    }

    /** The tokens that prompt and answer of one request share, given what the model was trained with. */
    public int contextPerSlot(OptionalInt trained) {
        int context = contextSize > 0 ? contextSize : trained.orElse(DEFAULT_CONTEXT);
        return Math.max(1, context / slots());
    }

    /**
     * How many requests llama.cpp computes at once. One only for embeddings and reranking: its pooling aborts the
     * process when a text has fewer tokens than its slot has a number.
     */
    public int slots() {
        return task == Task.GENERATE ? parallel : 1;
    }
}
