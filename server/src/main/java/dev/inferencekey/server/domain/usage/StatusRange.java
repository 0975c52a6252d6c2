package dev.inferencekey.server.domain.usage;

import dev.inferencekey.server.domain.InvalidFieldException;
import dev.inferencekey.server.domain.inference.UsageRecord;
import java.util.regex.Pattern;

/**
 * HTTP statuses from {@code low} to {@code high}, both included; {@link #FAILED} also covers what failed after a good status.
 *
 * @param low 100 to 999
 * @param high {@code low} to 1999
 */
public record StatusRange(int low, int high) {
    private static final int LOWEST = 100;
    private static final int HIGHEST = Outcome.BROKEN + 999;
    private static final Pattern EXACT = Pattern.compile("[1-9][0-9]{2}");
    private static final Pattern CLASS = Pattern.compile("[1-9]xx");

    /** All that failed. */
    public static final StatusRange FAILED = new StatusRange(UsageRecord.LOWEST_FAILURE, HIGHEST);

    public StatusRange {
        if (low < LOWEST || high > HIGHEST || low > high) {
            throw new IllegalArgumentException("no range of statuses: " + low + " to " + high);
        }
    }

    /**
     * Reads {@code 404}, {@code 4xx} or {@code failed}.
     *
     * @throws InvalidFieldException if the text is none of these
     */
    public static StatusRange parse(String field, String text) {
        if (text.equals("failed")) {
            return FAILED;
        }
        if (EXACT.matcher(text).matches()) {
            int status = Integer.parseInt(text);
            return new StatusRange(status, status);
        }
        if (CLASS.matcher(text).matches()) {
            int lowest = 100 * Character.digit(text.charAt(0), 10);
            return new StatusRange(lowest, lowest + 99);
        }
        throw new InvalidFieldException(field, field + " must be a status such as 404, a class such as 4xx, or failed");
    }

    /** Whether requests with this {@link Outcome} are among them. */
    public boolean covers(int outcome) {
        return contains(outcome) || contains(outcome - Outcome.BROKEN);
    }

    private boolean contains(int number) {
        return number >= low && number <= high;
    }
}
