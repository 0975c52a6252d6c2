package dev.inferencekey.engine.llama;

import java.util.List;

/**
 * Lets text through piece by piece until a stop text comes, which itself never gets through, not even in part.
 *
 * <p>Holds back the longest end of the text so far that could still become a stop text. Not thread-safe.
 */
final class StopFilter {
    private final List<String> stops;
    private String held = "";
    private boolean stopped;

    StopFilter(List<String> stops) {
        this.stops = List.copyOf(stops);
    }

    /** Takes the next piece and returns what is now certain to be part of the answer, perhaps nothing. */
    String accept(String piece) {
        if (stopped) {
            return "";
        }
        if (stops.isEmpty()) {
            return piece;
        }
        String text = held + piece;
        int earliest = -1;
        for (String stop : stops) {
            int at = text.indexOf(stop);
            if (at >= 0 && (earliest < 0 || at < earliest)) {
                earliest = at;
            }
        }
        if (earliest >= 0) {
            stopped = true;
            held = "";
            return text.substring(0, earliest);
        }
        int keep = 0;
        for (String stop : stops) {
            keep = Math.max(keep, overlap(text, stop));
        }
        held = text.substring(text.length() - keep);
        return text.substring(0, text.length() - keep);
    }

    /** Whether a stop text came. */
    boolean stopped() {
        return stopped;
    }

    /** What was held back, once the answer has ended without a stop text. */
    String rest() {
        String rest = held;
        held = "";
        return rest;
    }

    // The length of the longest end of text that stop begins with.
    private static int overlap(String text, String stop) {
        int longest = Math.min(text.length(), stop.length() - 1);
        for (int length = longest; length > 0; length--) {
            if (text.regionMatches(text.length() - length, stop, 0, length)) {
                return length;
            }
        }
        return 0;
    }
}
