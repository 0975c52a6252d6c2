package dev.inferencekey.bench.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How a stream is answered. It stands in the text of the prompt, which every gateway passes on as it is: {@code pace: 100 x 20 ms after
 * 50 ms}.
 *
 * @param chunks how many, usage and end not counted
 * @param everyMillis between two chunks
 * @param firstMillis from the request to the first chunk
 */
public record Pace(int chunks, int everyMillis, int firstMillis) {
    private static final Pattern TEXT = Pattern.compile("pace: (\\d{1,9}) x (\\d{1,9}) ms after (\\d{1,9}) ms");
    private static final Pace DEFAULT = new Pace(10, 20, 0);

    public Pace {
        if (chunks < 1 || everyMillis < 1 || firstMillis < 0) {
            throw new IllegalArgumentException("a pace needs a chunk and an interval");
        }
    }

    /** One chunk at once, then silence for longer than any run. */
    public static Pace idle() {
        return new Pace(2, 86_400_000, 0);
    }

    public String text() {
        return "pace: " + chunks + " x " + everyMillis + " ms after " + firstMillis + " ms";
    }

    static Pace find(String body) {
        Matcher found = TEXT.matcher(body);
        return found.find()
                ? new Pace(
                        Math.max(1, Integer.parseInt(found.group(1))),
                        Math.max(1, Integer.parseInt(found.group(2))),
                        Integer.parseInt(found.group(3)))
                : DEFAULT;
    }
}
