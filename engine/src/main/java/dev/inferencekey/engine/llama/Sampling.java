package dev.inferencekey.engine.llama;

import de.kherud.llama.InferenceParameters;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How the next token is chosen and when to stop. What is null is left to the command line, then to llama.cpp.
 *
 * @param temperature 0 or more; 0 always takes the likeliest token
 * @param topP from 0 to 1
 * @param topK 0 or more; 0 is no limit
 * @param minP from 0 to 1
 * @param seed any number; equal seeds give equal answers as far as the model's batches allow
 * @param presencePenalty from -2 to 2
 * @param frequencyPenalty from -2 to 2
 * @param logitBias what is added to the score of a token, by token id
 * @param ignoreEnd whether the answer goes on until its limit
 * @param stops texts that end the answer and are not part of it
 * @param grammar in llama.cpp's notation, what the answer must fit; null for nothing
 */
public record Sampling(
        @Nullable Float temperature,
        @Nullable Float topP,
        @Nullable Integer topK,
        @Nullable Float minP,
        @Nullable Long seed,
        @Nullable Float presencePenalty,
        @Nullable Float frequencyPenalty,
        Map<Integer, Float> logitBias,
        boolean ignoreEnd,
        List<String> stops,
        @Nullable String grammar) {

    /** Copies what it is given. */
    public Sampling {
        logitBias = Map.copyOf(logitBias);
        stops = List.copyOf(stops);
    }

    /** The same with a grammar, and for the answer at {@code index} of several: each has a seed of its own. */
    public Sampling with(@Nullable String newGrammar, int index) {
        return new Sampling(
                temperature,
                topP,
                topK,
                minP,
                seed == null ? null : Long.valueOf(seed + index),
                presencePenalty,
                frequencyPenalty,
                logitBias,
                ignoreEnd,
                stops,
                newGrammar);
    }

    /** The binding's form. Stop texts stay out: {@link StopFilter} looks for them, and so knows why an answer ended. */
    InferenceParameters toParameters(String prompt, int limit) {
        InferenceParameters parameters =
                new InferenceParameters(prompt).setNPredict(limit).setCachePrompt(true);
        if (temperature != null) {
            parameters.setTemperature(temperature);
        }
        if (topP != null) {
            parameters.setTopP(topP);
        }
        if (topK != null) {
            parameters.setTopK(topK);
        }
        if (minP != null) {
            parameters.setMinP(minP);
        }
        if (seed != null) {
            // llama.cpp has 32 bits, of which one value means "any": fold, and leave that one out.
            parameters.setSeed((int) Math.floorMod(seed, (long) Integer.MAX_VALUE));
        }
        if (presencePenalty != null) {
            parameters.setPresencePenalty(presencePenalty);
        }
        if (frequencyPenalty != null) {
            parameters.setFrequencyPenalty(frequencyPenalty);
        }
        if (!logitBias.isEmpty()) {
            parameters.setTokenIdBias(logitBias);
        }
        if (ignoreEnd) {
            parameters.setIgnoreEos(true);
        }
        if (grammar != null) {
            parameters.setGrammar(grammar);
        }
        return parameters;
    }
}
