package dev.inferencekey.server.runtime.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An answer in pieces. Of plain words it is always the same for the same prompt; a token is a word then.
 *
 * @param tokens the pieces that make up the answer when put together
 * @param cutOff whether the request's limit ended it, as {@code finish_reason} tells
 * @param generated how many tokens were generated; more than there are pieces if a stop text ended it
 */
record SimulatedText(List<String> tokens, boolean cutOff, int promptTokens, int generated) {
    private static final String[] OPENING = {"This", " is", " a", " simulated", " answer."};

    private static final String[] WORDS = {
        "the", "model", "answers", "with", "plain", "words", "that", "mean", "nothing", "and", "come", "in", "steady",
                "order",
        "so", "every", "test", "can", "count", "them", "while", "real", "weights", "stay", "at", "home", "until",
                "someone",
        "asks", "again"
    };

    private static final Pattern JSON_TOKEN = Pattern.compile("[\\p{L}\\p{N}]{1,6}|\\s+|.", Pattern.DOTALL);

    SimulatedText {
        tokens = List.copyOf(tokens);
    }

    /**
     * Plain words.
     *
     * @param variation makes another answer of the same prompt
     * @param wanted how many tokens the answer has if nothing cuts it off, null to let the prompt decide
     * @param limit the most that the request allows, null for no limit
     */
    static SimulatedText answer(String prompt, String variation, @Nullable Integer wanted, @Nullable Integer limit) {
        SplittableRandom dice = new SplittableRandom(seed(prompt + variation));
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
        return new SimulatedText(tokens, length < full, countTokens(prompt), length);
    }

    /** A text that is given, such as JSON, in pieces of up to six letters. */
    static SimulatedText of(String text, String prompt, @Nullable Integer limit) {
        List<String> tokens =
                JSON_TOKEN.matcher(text).results().map(MatchResult::group).toList();
        List<String> kept = limit != null && limit < tokens.size() ? tokens.subList(0, limit) : tokens;
        return new SimulatedText(kept, kept.size() < tokens.size(), countTokens(prompt), kept.size());
    }

    /** What comes before the first of {@code stops}; the whole text if none occurs. */
    SimulatedText until(List<String> stops) {
        String text = text();
        int end = -1;
        int stopEnd = -1;
        for (String stop : stops) {
            int at = text.indexOf(stop);
            if (at >= 0 && (end < 0 || at < end)) {
                end = at;
                stopEnd = at + stop.length();
            }
        }
        if (end < 0) {
            return this;
        }
        List<String> kept = new ArrayList<>();
        int read = 0;
        int count = 0;
        for (String token : tokens) {
            if (read < end) {
                kept.add(token.substring(0, Math.min(token.length(), end - read)));
            }
            if (read < stopEnd) {
                count++;
            }
            read += token.length();
        }
        return new SimulatedText(kept, false, promptTokens, count);
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
