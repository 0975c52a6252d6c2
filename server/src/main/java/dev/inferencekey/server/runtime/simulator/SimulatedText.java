package dev.inferencekey.server.runtime.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * An answer made up of plain words: the same prompt always gets the same one. A token is a word here.
 *
 * @param tokens the pieces that make up the answer when put together
 * @param cutOff whether the request's limit ended it, as {@code finish_reason} tells
 */
record SimulatedText(List<String> tokens, boolean cutOff, int promptTokens) {
    private static final String[] OPENING = {"This", " is", " a", " simulated", " answer."};

    private static final String[] WORDS = {
        "the", "model", "answers", "with", "plain", "words", "that", "mean", "nothing", "and", "come", "in", "steady",
                "order",
        "so", "every", "test", "can", "count", "them", "while", "real", "weights", "stay", "at", "home", "until",
                "someone",
        "asks", "again"
    };

    SimulatedText {
        tokens = List.copyOf(tokens);
    }

    /**
     * @param wanted how many tokens the configuration asks for, null to let the prompt decide
     * @param limit the most that the request allows, null for no limit
     */
    static SimulatedText answer(String prompt, @Nullable Integer wanted, @Nullable Integer limit) {
        SplittableRandom dice = new SplittableRandom(seed(prompt));
        int full = wanted != null ? wanted : 12 + dice.nextInt(29);
        int length = limit == null ? full : Math.min(full, limit);
        List<String> tokens = new ArrayList<>(length);
        boolean startsSentence = true;
        for (int i = 0; i < length; i++) {
            if (i < OPENING.length) {
                tokens.add(OPENING[i]);
                continue;
            }
            String word = WORDS[dice.nextInt(WORDS.length)];
            if (startsSentence) {
                word = Character.toUpperCase(word.charAt(0)) + word.substring(1);
            }
            startsSentence = i == full - 1 || dice.nextInt(9) == 0;
            tokens.add(startsSentence ? " " + word + "." : " " + word);
        }
        return new SimulatedText(tokens, length < full, countTokens(prompt));
    }

    String text() {
        return String.join("", tokens);
    }

    /** Words; at least one. */
    static int countTokens(String text) {
        int count = 0;
        boolean inWord = false;
        for (int i = 0; i < text.length(); i++) {
            boolean space = Character.isWhitespace(text.charAt(i));
            if (!space && !inWord) {
                count++;
            }
            inWord = !space;
        }
        return Math.max(1, count);
    }

    /** The same for the same text, on every machine and in every run. */
    static long seed(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        return hash;
    }
}
