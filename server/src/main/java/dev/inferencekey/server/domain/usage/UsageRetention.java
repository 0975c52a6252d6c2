package dev.inferencekey.server.domain.usage;

import dev.inferencekey.server.domain.InvalidFieldException;

/**
 * How long usage is kept.
 *
 * @param recordDays single requests, 1 to {@value #MAX_DAYS} days
 * @param sumDays sums over hours and days, {@code recordDays} to {@value #MAX_DAYS} days
 */
public record UsageRetention(int recordDays, int sumDays) {
    /** The longest time, some ten years. */
    public static final int MAX_DAYS = 3_650;

    /** What holds until someone changes it. */
    public static final UsageRetention DEFAULT = new UsageRetention(90, 400);

    public UsageRetention {
        if (recordDays < 1 || recordDays > MAX_DAYS) {
            throw new InvalidFieldException("record_days", "record_days must be a whole number from 1 to " + MAX_DAYS);
        }
        if (sumDays < recordDays || sumDays > MAX_DAYS) {
            throw new InvalidFieldException(
                    "sum_days", "sum_days must be a whole number from record_days (" + recordDays + ") to " + MAX_DAYS);
        }
    }
}
